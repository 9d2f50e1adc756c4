// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are texts of sources.
import { canary, cutover, type Harmful, replicate } from './harmful.ts'

/** What it costs, what faces the internet, and who is told. */
export const edge: Harmful[] = [
  {
    title: 'a NAT gateway for each zone',
    edits: [['Pulumi.staging.yaml', 'natGateways: single', 'natGateways: perZone']],
    stack: 'staging',
    at: canary,
    calls: [/\+\$\d+ a month/, /NAT gateway/],
  },
  {
    title: 'memory × 10',
    edits: [['Pulumi.prod.yaml', 'settlement: { memoryMb: 1024', 'settlement: { memoryMb: 10240']],
    at: cutover,
    calls: [/settlement-function-function.*times as much/, /1024 MB.*10240 MB/],
  },
  {
    title: 'tasks × 10',
    edits: [
      [
        'Pulumi.prod.yaml',
        'api: { cpu: 1 vCPU, memory: 2 GB, tasks: 6',
        'api: { cpu: 1 vCPU, memory: 2 GB, tasks: 30',
      ],
    ],
    at: cutover,
    calls: [/\+\$\d+ a month/, /6 tasks.*30 tasks/],
  },
  {
    title: 'a listener without TLS',
    edits: [['components/front-door.ts', "protocol: 'HTTPS',\n        sslPolicy,", "protocol: 'HTTP',"]],
    calls: [/encrypted-in-transit/, /protocol.*HTTPS.*HTTP/],
  },
  {
    title: 'old TLS',
    edits: [
      [
        'components/front-door.ts',
        "'ELBSecurityPolicy-TLS13-1-2-Res-2021-06'",
        "'ELBSecurityPolicy-2016-08'",
      ],
    ],
    calls: [/old TLS/, /sslPolicy.*2016-08/],
  },
  {
    title: 'the database open to the world',
    edits: [
      [
        'components/flows.ts',
        "{ from: 'pooler', to: 'database', port: ports.postgres, since: 'replicate', why: 'SQL to the target' }",
        "{ from: 'world', to: 'database', port: ports.postgres, since: 'replicate', why: 'SQL to the target' }",
      ],
    ],
    at: replicate,
    calls: [/no-public-exposure/, /lets the world in on tcp 5432/],
  },
  {
    title: 'a way in more from on-premises',
    edits: [
      [
        'components/flows.ts',
        "{ from: 'frontDoor', to: 'services'",
        "{ from: 'onPremises', to: 'services', port: ports.service, since: 'foundation', why: 'tests' },\n  { from: 'frontDoor', to: 'services'",
      ],
    ],
    calls: [/lets 10\.20\.0\.0\/16 into network-groups-services on port 8443/],
  },
  {
    title: 'no firewall before the front door',
    edits: [
      [
        'components/firewall.ts',
        "    new aws.wafv2.WebAclAssociation(this.named('front'), { resourceArn, webAclArn: acl.arn }, this.child())\n",
        '',
      ],
    ],
    calls: [/no firewall stands before the front door/],
  },
  {
    title: 'a firewall that only counts',
    edits: [['components/firewall.ts', 'overrideAction: { none: {} }', 'overrideAction: { count: {} }']],
    calls: [/firewall only counts/, /overrideAction/],
  },
  {
    title: 'no billing alerts',
    edits: [['index.ts', "  new BillingAlerts('costs', logging.billingArgs(base))\n", '']],
    calls: [/stack-needs-billing-alerts/, /no budget/],
  },
  {
    title: 'alarms without a runbook',
    edits: [['components/alarm.ts', '`${says} Runbook: ${runbookFile(runbook)}`', 'says']],
    calls: [/alarm-needs-runbook/, /alarmDescription/],
  },
  {
    title: 'alarms that tell nobody',
    edits: [['components/alarm.ts', 'topicArn === undefined ? [] : [topicArn]', '[] as never[]']],
    calls: [/nobody is told when the alarm fires/, /alarmActions/],
  },
  {
    title: 'evidence without a lock',
    edits: [['components/migration-runner.ts', '        lockDays: args.evidenceDays,\n', '']],
    at: replicate,
    calls: [/runner-journal.*replaced|lock on evidence/, /objectLockEnabled|lock on evidence/],
  },
  {
    title: 'a bucket renamed',
    edits: [['components/migration-runner.ts', "purpose: 'journal'", "purpose: 'journals'"]],
    at: replicate,
    calls: [/runner-journal.*replaced.*every object/, /bucket.*journal.*journals/],
  },
  {
    title: 'objects without versions',
    edits: [['components/bucket.ts', "{ status: 'Enabled' } }", "{ status: 'Suspended' } }"]],
    calls: [/overwritten objects are lost/, /versioningConfiguration\.status.*Enabled.*Suspended/],
  },
  {
    title: 'keys that are not rotated',
    edits: [['components/keys.ts', 'enableKeyRotation: true', 'enableKeyRotation: false']],
    calls: [/no longer rotated/, /enableKeyRotation.*true.*false/],
  },
  {
    title: 'tasks with public addresses',
    edits: [['components/fargate-service.ts', 'assignPublicIp: false', 'assignPublicIp: true']],
    calls: [/no-public-exposure/, /assignPublicIp.*false.*true/],
  },
  {
    title: 'containers that change their own files',
    edits: [['components/container.ts', 'readonlyRootFilesystem: true', 'readonlyRootFilesystem: false']],
    calls: [/may change its own files/, /readonlyRootFilesystem.*true.*false/],
  },
  {
    title: 'credentials of hosts within reach',
    edits: [['components/container-hosts.ts', "httpTokens: 'required'", "httpTokens: 'optional'"]],
    at: cutover,
    calls: [/IMDSv1/, /httpTokens.*required.*optional/],
  },
  {
    title: 'the search domain renamed',
    edits: [
      [
        'components/log-search.ts',
        "context.name('searchDomain', 'logs')",
        "context.name('searchDomain', 'lines')",
      ],
    ],
    calls: [/logs-search-domain.*replaced/, /domainName/],
  },
]
