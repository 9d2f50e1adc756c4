// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are texts of sources.
import type { ProposedChange } from './change.ts'

/** A change that must be called out, and the words that the first screen must have: what happens, and its cause. */
export interface Harmful extends ProposedChange {
  calls: RegExp[]
}

const cutover = { phase: 'cutover', weight: 100 } as const
const replicate = { phase: 'replicate', weight: 0 } as const
const canary = { phase: 'canary', weight: 1 } as const

export const harmful: Harmful[] = [
  {
    title: 'an action widened to *',
    edits: [['components/settlement-files.ts', "actions: ['s3:GetObjectVersion']", "actions: ['s3:*']"]],
    at: cutover,
    calls: [/does not run.*ReadSource.*s3:/],
  },
  {
    title: 'an action widened to * past the check',
    edits: [
      ['components/settlement-files.ts', "actions: ['s3:GetObjectVersion']", "actions: ['s3:*']"],
      [
        'components/policies.ts',
        'const wide = actions.find((action) => /^\\*$|:\\*$/.test(action))',
        'const wide = undefined',
      ],
    ],
    at: cutover,
    calls: [/no-any-action/, /settlement-function-role.*gains s3:/],
  },
  {
    title: 'a right more than before',
    edits: [
      [
        'components/settlement-files.ts',
        "actions: ['s3:GetObjectVersion']",
        "actions: ['s3:GetObjectVersion', 's3:DeleteObject']",
      ],
    ],
    at: cutover,
    calls: [/settlement-function-role.*gains s3:DeleteObject on .*settlement-source/],
  },
  {
    title: 'a resource widened to * without a reason',
    edits: [['components/settlement-files.ts', 'resources: [`${sourceArn}/*`]', "resources: ['*']"]],
    at: cutover,
    calls: [/does not run.*ReadSource.*reason/],
  },
  {
    title: 'whoever may take a role',
    edits: [
      [
        'components/vpc-function.ts',
        "trust('lambda.amazonaws.com', context.accountId)",
        "trust('ec2.amazonaws.com', context.accountId)",
      ],
    ],
    at: cutover,
    calls: [/-role.*may be taken by ec2\.amazonaws\.com/],
  },
  {
    title: 'roles without their boundary',
    edits: [
      ['components/tags.ts', '{ path, permissionsBoundary: boundaryArn(accountId, partition) }', '{ path }'],
    ],
    calls: [/nothing bounds what the role may get/, /permissionsBoundary/],
  },
  {
    title: 'buckets that may be made public',
    edits: [['components/bucket.ts', 'restrictPublicBuckets: true', 'restrictPublicBuckets: false']],
    calls: [/no-public-exposure/, /restrictPublicBuckets.*true.*false/],
  },
  {
    title: 'buckets that take plain HTTP',
    edits: [
      [
        'components/policies.ts',
        "{ Bool: { 'aws:SecureTransport': 'false' } }",
        "{ Bool: { 'aws:SecureTransport': 'true' } }",
      ],
    ],
    calls: [/takes plain HTTP/, /SecureTransport/],
  },
  {
    title: 'a database renamed',
    edits: [
      ['Pulumi.prod.yaml', 'port: 5432\n      name: pay', 'port: 5432\n      name: payments'],
      ['Pulumi.prod.yaml', 'instances: 3\n    name: pay', 'instances: 3\n    name: payments'],
    ],
    at: replicate,
    calls: [/database-cluster.*replaced.*all rows/, /databaseName.*pay.*payments/],
  },
  {
    title: 'a subnet moved',
    edits: [['Pulumi.prod.yaml', 'data: 10.40.4.0/24', 'data: 10.40.14.0/24']],
    calls: [/network-vpc-data-1.*replaced/, /cidrBlock.*10\.40\.4\.0\/24.*10\.40\.14\.0\/24/],
  },
  {
    title: 'the network moved',
    edits: [['Pulumi.prod.yaml', 'cidr: 10.40.0.0/16', 'cidr: 10.40.0.0/17']],
    calls: [/network-vpc.*replaced|does not run/, /10\.40/],
  },
  {
    title: 'the key of the database dropped',
    edits: [
      [
        'components/payments-database.ts',
        '        kmsKeyId: keys.payments,\n        backupRetentionPeriod',
        '        backupRetentionPeriod',
      ],
    ],
    at: replicate,
    calls: [/database-cluster.*replaced/, /kmsKeyId/],
  },
  {
    title: 'the database not encrypted',
    edits: [['components/payments-database.ts', 'storageEncrypted: true', 'storageEncrypted: false']],
    at: replicate,
    calls: [/database-cluster/, /storageEncrypted.*true.*false/, /encrypted-at-rest/],
  },
  {
    title: 'protect off',
    edits: [['components/component.ts', 'protect: !disposable', 'protect: false']],
    calls: [/protect-what-holds-state/, /protect.*true.*false/],
  },
  {
    title: 'deletion protection of the database off',
    edits: [
      [
        'components/payments-database.ts',
        'deletionProtection: !context.disposable',
        'deletionProtection: false',
      ],
    ],
    at: replicate,
    calls: [/database-cluster.*anybody may delete it/, /deletionProtection.*true.*false/],
  },
  {
    title: 'no snapshot at the end',
    edits: [
      ['components/payments-database.ts', 'skipFinalSnapshot: context.disposable', 'skipFinalSnapshot: true'],
    ],
    at: replicate,
    calls: [/database-cluster.*no snapshot/, /skipFinalSnapshot.*false.*true/],
  },
  {
    title: 'backups for a day',
    edits: [['Pulumi.prod.yaml', 'backupDays: 35', 'backupDays: 1']],
    at: replicate,
    calls: [/backups are kept for a shorter time/, /backupRetentionPeriod.*35.*1/],
  },
  {
    title: 'a database that the internet reaches',
    edits: [['components/payments-database.ts', 'publiclyAccessible: false', 'publiclyAccessible: true']],
    at: replicate,
    calls: [/no-public-exposure/, /publiclyAccessible.*false.*true/],
  },
  {
    title: 'logins without TLS',
    edits: [['components/database-parameters.ts', "now('rds.force_ssl', '1')", "now('rds.force_ssl', '0')"]],
    at: replicate,
    calls: [/without TLS/, /rds\.force_ssl/],
  },
  {
    title: 'no logical replication',
    edits: [
      [
        'components/database-parameters.ts',
        "atStart('rds.logical_replication', '1')",
        "atStart('rds.logical_replication', '0')",
      ],
    ],
    at: replicate,
    calls: [/no replication/, /rds\.logical_replication/],
  },
  {
    title: 'two readers fewer',
    edits: [['Pulumi.prod.yaml', 'instances: 3\n    name: pay', 'instances: 1\n    name: pay']],
    at: replicate,
    calls: [/database-2.*database-3.*destroyed/],
  },
  {
    title: 'a database twice as large',
    edits: [['Pulumi.prod.yaml', 'db.r8g.2xlarge', 'db.r8g.4xlarge']],
    at: replicate,
    calls: [/restarts/, /instanceClass.*2xlarge.*4xlarge/, /a month/],
  },
  {
    title: 'retention removed',
    edits: [['components/log-group.ts', 'retentionInDays: retentionDays, ', '']],
    calls: [/log-group-needs-retention/, /retentionInDays/],
  },
  {
    title: 'retention shortened',
    edits: [['Pulumi.prod.yaml', 'logDays: 400', 'logDays: 30']],
    calls: [/lines are kept for a shorter time/, /retentionInDays.*400.*30/],
  },
  {
    title: 'log groups without a key',
    edits: [
      [
        'components/log-group.ts',
        'retentionInDays: retentionDays, kmsKeyId: keyArn',
        'retentionInDays: retentionDays',
      ],
    ],
    calls: [/log-group-needs-key/, /kmsKeyId/],
  },
  {
    title: 'card numbers readable in logs',
    edits: [
      [
        'components/log-group.ts',
        'new aws.cloudwatch.LogDataProtectionPolicy(',
        'if (!ship) new aws.cloudwatch.LogDataProtectionPolicy(',
      ],
    ],
    at: cutover,
    calls: [/log-group-needs-card-protection|card numbers are no longer masked/],
  },
  {
    title: 'a function out of the network',
    edits: [
      [
        'components/vpc-function.ts',
        '        vpcConfig: { subnetIds: network.subnetIds, securityGroupIds: [network.securityGroupId] },\n',
        '',
      ],
    ],
    at: cutover,
    calls: [/function-stays-in-network/, /vpcConfig/],
  },
  {
    title: 'the destination bucket set to the source',
    edits: [
      [
        'components/settlement-files.ts',
        "destination = 'settlement-destination'",
        "destination = 'settlement-source'",
      ],
    ],
    at: cutover,
    calls: [/does not run.*source and destination are the same bucket/],
  },
  {
    title: 'results written to the source bucket',
    edits: [
      [
        'components/settlement-files.ts',
        '...readAndWrite(this.source.arn, this.destination.arn',
        '...readAndWrite(this.source.arn, this.source.arn',
      ],
    ],
    at: cutover,
    calls: [/no-self-feeding-trigger/, /settlement-source/],
  },
  {
    title: "a second owner of a bucket's notifications",
    edits: [
      [
        'components/settlement-files.ts',
        '    new aws.s3.BucketNotification(\n',
        "    new aws.s3.BucketNotification(this.named('audit'), { bucket: this.source.bucket.id, eventbridge: true }, this.child())\n    new aws.s3.BucketNotification(\n",
      ],
    ],
    at: cutover,
    calls: [/one-owner-of-notifications/, /settlement-audit/],
  },
  {
    title: 'failed events that go nowhere',
    edits: [
      [
        'components/function-trigger.ts',
        '        destinationConfig: { onFailure: { destination: onFailure.queueArn } },\n',
        '',
      ],
    ],
    at: cutover,
    calls: [/async-needs-failure-destination/, /destinationConfig/],
  },
  {
    title: 'a second source of events',
    edits: [
      [
        'components/settlement-files.ts',
        '    const permission = new aws.lambda.Permission(\n',
        "    new aws.lambda.Permission(this.named('nightly'), { action: 'lambda:InvokeFunction', function: functionArn, principal: 'events.amazonaws.com' }, this.child())\n    const permission = new aws.lambda.Permission(\n",
      ],
    ],
    at: cutover,
    calls: [/no-microlith-sources/, /events\.amazonaws\.com/],
  },
  {
    title: 'messages that fail are lost',
    edits: [
      [
        'components/payment-queue.ts',
        '        redrivePolicy: JSON.stringify({ deadLetterTargetArn: this.deadLetters.queueArn, maxReceiveCount }),\n',
        '',
      ],
    ],
    at: cutover,
    calls: [/webhook-queue-queue.*messages that fail are lost/, /redrivePolicy/],
  },
  {
    title: 'a pool made for every event',
    edits: [],
    adds: {
      'services/example/handler.ts':
        "import pg from 'pg'\n\nexport const handler = async (event: { id: string }) => {\n  const pool = new pg.Pool()\n  return pool.query('select 1 where $1 = $1', [event.id])\n}\n",
    },
    stack: 'dev',
    calls: [/no-pool-in-handler/, /services\/example\/handler\.ts:4/],
  },
  {
    title: 'a phase skipped',
    edits: [
      ['Pulumi.prod.yaml', 'payments-lift:phase: foundation', 'payments-lift:phase: cutover'],
      ['Pulumi.prod.yaml', 'payments-lift:weight: 0', 'payments-lift:weight: 100'],
    ],
    calls: [/phase foundation at weight 0 and cannot move to cutover/],
  },
  {
    title: 'steps of the weight left out',
    edits: [['Pulumi.prod.yaml', 'payments-lift:weight: 0', 'payments-lift:weight: 50']],
    at: canary,
    calls: [/weight 1 → 50 leaves out 5, 25/],
  },
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
