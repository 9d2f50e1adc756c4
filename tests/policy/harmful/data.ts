import { cutover, type Harmful, replicate } from './harmful.ts'

/** What happens to databases, backups, keys and logs. */
export const data: Harmful[] = [
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
    title: 'a stack that is kept made disposable, and its database renamed',
    edits: [
      ['Pulumi.prod.yaml', 'payments-lift:disposable: false', 'payments-lift:disposable: true'],
      ['Pulumi.prod.yaml', 'port: 5432\n      name: pay', 'port: 5432\n      name: payments'],
      ['Pulumi.prod.yaml', 'instances: 3\n    name: pay', 'instances: 3\n    name: payments'],
    ],
    at: replicate,
    calls: [
      /⛔ .*database-cluster.*replaced.*all rows/,
      /⛔ .*becomes disposable.*false.*true/,
      /⛔ .*protect-what-holds-state/,
    ],
  },
  {
    title: 'a newer minor version of the database',
    edits: [['Pulumi.prod.yaml', 'version: "17.6"', 'version: "17.7"']],
    at: replicate,
    calls: [/^## ⚠️/, /database-cluster.*17\.6 is left; it restarts/],
  },
  {
    title: 'an older database',
    edits: [['Pulumi.prod.yaml', 'version: "17.6"', 'version: "17.5"']],
    at: replicate,
    calls: [/⛔ .*database-cluster.*AWS refuses an older version/, /engineVersion.*17\.6.*17\.5/],
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
]
