/** A check that fails here on purpose. It stands in code, with its reason, and it ends. */
export interface Waiver {
  /** The rule as its checker names it, such as `CKV_AWS_145`. */
  rule: string
  /** The logical name of the one resource it is for, such as `frontDoor-logs`; or a type, for all of that type. */
  resource: string
  /** Why AWS or the design leaves no other way; a sentence. */
  reason: string
  /** Who answers for it: a team. */
  owner: string
  /** The last day it holds, yyyy-mm-dd; then the check fails again and somebody looks. */
  expires: string
}

const owner = 'payments-platform'
const expires = '2027-12-31'

const waivers: Waiver[] = [
  {
    rule: 'CKV_AWS_145',
    resource: 'frontDoor-logs',
    reason: 'An ALB delivers its access logs only to a bucket encrypted with SSE-S3; it refuses KMS keys.',
    owner,
    expires,
  },
  {
    rule: 'CKV_AWS_145',
    resource: 'accessLogs',
    reason: 'S3 delivers server access logs only to a bucket encrypted with SSE-S3; it refuses KMS keys.',
    owner,
    expires,
  },
  {
    rule: 'CKV_AWS_18',
    resource: 'accessLogs',
    reason:
      'It receives the access logs of all other buckets; logging its own would feed itself without end.',
    owner,
    expires,
  },
  {
    rule: 'CKV_AWS_91',
    resource: 'pooler-nlb',
    reason:
      'A network balancer writes access logs for TLS listeners only; PostgreSQL asks for TLS in band, over TCP.',
    owner,
    expires,
  },
  {
    rule: 'CKV2_AWS_19',
    resource: 'aws:ec2/eip:Eip',
    reason:
      'awsx names no domain for the addresses of its NAT gateways; since EC2-Classic ended there is only the VPC.',
    owner,
    expires,
  },
  {
    rule: 'CKV_AWS_144',
    resource: 'aws:s3/bucket:Bucket',
    reason: 'Payments data stays in one region by contract; buckets are versioned and the journal is locked.',
    owner,
    expires,
  },
  {
    rule: 'CKV2_AWS_62',
    resource: 'aws:s3/bucket:Bucket',
    reason: 'Only the settlement source starts work; a notification that nobody handles helps nobody.',
    owner,
    expires,
  },
  {
    rule: 'CKV2_AWS_8',
    resource: 'database-cluster',
    reason:
      'Aurora keeps continuous backups of its own for the retention in the settings, and a final snapshot.',
    owner,
    expires,
  },
  {
    rule: 'CKV_AWS_226',
    resource: 'aws:rds/clusterInstance:ClusterInstance',
    reason:
      'An unplanned minor upgrade restarts the target in the middle of a migration; versions are pinned.',
    owner,
    expires,
  },
  {
    rule: 'CKV2_AWS_57',
    resource: 'aws:secretsmanager/secret:Secret',
    reason:
      'A subscription stores its connection string, so rotation is suspended during the lift; rotate-secrets.md rotates by hand, and RDS rotates the owner.',
    owner,
    expires,
  },
  {
    rule: 'CKV_AWS_116',
    resource: 'aws:lambda/function:Function',
    reason:
      'Failed events go to the failure destination of the invocation, with the error, and messages to the dead letters of their queue; the older setting knows neither.',
    owner,
    expires,
  },
  {
    rule: 'CKV_AWS_272',
    resource: 'aws:lambda/function:Function',
    reason:
      'Bundles are built from the reviewed commit by the job that deploys them, and only the deploy role may write code.',
    owner,
    expires,
  },
  ...['logs-shipper-role', 'settlement-function-role', 'webhooks-role'].map((resource) => ({
    rule: 'CKV_AWS_290',
    resource,
    reason:
      'Lambda asks for rights on all network interfaces before it makes a function; a second statement denies them to its code.',
    owner,
    expires,
  })),
  {
    rule: 'CKV_AWS_248',
    resource: 'logs-search-domain',
    reason:
      'Its group is made in the same run, so the plan does not know its id yet; it is not the default one.',
    owner,
    expires,
  },
  {
    rule: 'CKV_AWS_318',
    resource: 'logs-search-domain',
    reason:
      'Search in logs is on no payment; the archive keeps every line. Dedicated masters would cost more than the nodes.',
    owner,
    expires,
  },
  {
    rule: 'CKV2_AWS_59',
    resource: 'logs-search-domain',
    reason:
      'Search in logs is on no payment; the archive keeps every line. Dedicated masters would cost more than the nodes.',
    owner,
    expires,
  },
  {
    rule: 'CKV2_AWS_52',
    resource: 'logs-search-domain',
    reason:
      'Who may read and write stands in IAM policies; users inside the domain would be a second list that Pulumi does not see.',
    owner,
    expires,
  },
  {
    rule: 'CKV_AWS_317',
    resource: 'logs-search-domain',
    reason:
      'Audit logs need users inside the domain, and who may call it stands in IAM policies; see CKV2_AWS_52.',
    owner,
    expires,
  },
  // Rules of policy/, by their names.
  ...['frontDoor-logs', 'accessLogs'].map((resource) => ({
    rule: 'encrypted-at-rest',
    resource,
    reason: 'AWS delivers access logs only to buckets encrypted with SSE-S3; it refuses KMS keys.',
    owner,
    expires,
  })),
  {
    rule: 'encrypted-in-transit',
    resource: 'pooler-sql',
    reason:
      'PostgreSQL asks for TLS in band, so the balancer passes TCP on and PgBouncer holds the certificate.',
    owner,
    expires,
  },
  {
    rule: 'no-public-grant',
    resource: 'network-endpoint-s3',
    reason: "An endpoint's policy narrows what callers already may; image layers lie in a bucket of AWS.",
    owner,
    expires,
  },
  ...[
    'api-task-log',
    'pooler-task-log',
    'logs-logstash-task-log',
    'runner-runner-log',
    'runner-shard-log',
    'runner-watchdog-log',
  ].map((resource) => ({
    rule: 'log-group-needs-card-protection',
    resource,
    reason:
      'Tasks mask card numbers before a line leaves them and send it to Logstash; here lands only what a runtime prints.',
    owner,
    expires,
  })),
  {
    rule: 'log-group-needs-card-protection',
    resource: 'database-log',
    reason: 'The parameters of statements never reach this log: log_parameter_max_length is 0.',
    owner,
    expires,
  },
  {
    rule: 'log-group-needs-card-protection',
    resource: 'frontDoor-waf-log',
    reason: 'The firewall logs no bodies, and the headers that could identify a payment are redacted.',
    owner,
    expires,
  },
  ...['network-flowLogs-group', 'cluster-sessions'].map((resource) => ({
    rule: 'log-group-needs-card-protection',
    resource,
    reason: 'It holds addresses and ports, or the keystrokes of an operator; neither carries a card number.',
    owner,
    expires,
  })),
]

/** The waiver that holds for a rule and a resource on a day, if there is one. */
export const waiverFor = (
  rule: string,
  { name, type }: { name: string; type: string },
  today: Date,
): Waiver | undefined =>
  waivers.find(
    (waiver) =>
      waiver.rule === rule &&
      (waiver.resource === name || waiver.resource === type) &&
      today.toISOString().slice(0, 10) <= waiver.expires,
  )

export const allWaivers = (): readonly Waiver[] => waivers
