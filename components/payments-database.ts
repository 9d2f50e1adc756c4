import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { Component } from './component.ts'
import type { Context } from './context.ts'
import { clusterParameters, familyOf } from './database-parameters.ts'
import { trust } from './policies.ts'

export interface PaymentsDatabaseArgs {
  context: Context
  /** Subnets with no route to the internet, in two zones at least. */
  subnetIds: pulumi.Input<string[]>
  securityGroupId: pulumi.Input<string>
  /** Aurora PostgreSQL version, pinned: 17.6. */
  version: string
  /** db.r8g.2xlarge */
  instanceClass: string
  /** One writes, the others read and take over. */
  instances: number
  /** Name of the database in it. Changing it would replace the cluster. */
  databaseName: string
  /** How long backups are kept, 1 to 35 days. */
  backupDays: number
  /** hh:mm-hh:mm UTC, outside the maintenance window. */
  backupWindow: string
  /** ddd:hh:mm-ddd:hh:mm UTC. */
  maintenanceWindow: string
  keys: {
    /** Of the data. */
    payments: pulumi.Input<string>
    secrets: pulumi.Input<string>
    logs: pulumi.Input<string>
  }
  logDays: number
}

const port = 5432
const monitoringSeconds = 30

/**
 * The target: Aurora PostgreSQL, ready for logical replication both ways. RDS keeps and rotates the owner's password;
 * those of the other roles are in secrets that a runbook writes.
 */
export class PaymentsDatabase extends Component {
  /** Known before `up`. */
  readonly clusterIdentifier: string
  readonly cluster: aws.rds.Cluster
  readonly writerEndpoint: pulumi.Output<string>
  readonly readerEndpoint: pulumi.Output<string>
  readonly port = port
  readonly databaseName: string
  /** Kept and rotated by RDS. */
  readonly ownerSecretArn: pulumi.Output<string>

  constructor(name: string, args: PaymentsDatabaseArgs, options?: pulumi.ComponentResourceOptions) {
    super('PaymentsDatabase', name, options)
    const { context, keys, databaseName } = args
    this.clusterIdentifier = context.name('database', 'payments')
    this.databaseName = databaseName

    const log = new aws.cloudwatch.LogGroup(
      this.named('log'),
      {
        name: `/aws/rds/cluster/${this.clusterIdentifier}/postgresql`,
        kmsKeyId: keys.logs,
        retentionInDays: args.logDays,
      },
      this.kept(context),
    )
    this.cluster = this.createCluster(args, log)
    this.createInstances(args, this.cluster)
    this.writerEndpoint = this.cluster.endpoint
    this.readerEndpoint = this.cluster.readerEndpoint
    this.ownerSecretArn = this.cluster.masterUserSecrets.apply((secrets) => secrets[0]!.secretArn)
    this.registerOutputs({ clusterIdentifier: this.clusterIdentifier, writerEndpoint: this.writerEndpoint })
  }

  private createCluster(args: PaymentsDatabaseArgs, log: aws.cloudwatch.LogGroup): aws.rds.Cluster {
    const { context, version, keys } = args
    const subnets = new aws.rds.SubnetGroup(
      this.named('subnets'),
      { subnetIds: args.subnetIds, description: 'payments-lift target' },
      this.kept(context),
    )
    const parameters = new aws.rds.ClusterParameterGroup(
      this.named('parameters'),
      { family: familyOf(version), parameters: clusterParameters, description: 'payments-lift target' },
      this.kept(context),
    )
    return new aws.rds.Cluster(
      this.named('cluster'),
      {
        clusterIdentifier: this.clusterIdentifier,
        engine: 'aurora-postgresql',
        engineVersion: version,
        databaseName: args.databaseName,
        port,
        masterUsername: 'lift_owner',
        manageMasterUserPassword: true,
        masterUserSecretKmsKeyId: keys.secrets,
        iamDatabaseAuthenticationEnabled: true,
        dbSubnetGroupName: subnets.name,
        dbClusterParameterGroupName: parameters.name,
        vpcSecurityGroupIds: [args.securityGroupId],
        storageEncrypted: true,
        kmsKeyId: keys.payments,
        backupRetentionPeriod: args.backupDays,
        preferredBackupWindow: args.backupWindow,
        preferredMaintenanceWindow: args.maintenanceWindow,
        copyTagsToSnapshot: true,
        enabledCloudwatchLogsExports: ['postgresql'],
        allowMajorVersionUpgrade: false,
        applyImmediately: false,
        deletionProtection: !context.disposable,
        deleteAutomatedBackups: context.disposable,
        skipFinalSnapshot: context.disposable,
        ...(!context.disposable && { finalSnapshotIdentifier: `${this.clusterIdentifier}-final` }),
      },
      this.kept(context, { dependsOn: [log] }),
    )
  }

  private createInstances(args: PaymentsDatabaseArgs, cluster: aws.rds.Cluster): void {
    const { context, instances, instanceClass, keys } = args
    const role = new aws.iam.Role(
      this.named('monitoring'),
      { assumeRolePolicy: trust('monitoring.rds.amazonaws.com', context.accountId) },
      this.child(),
    )
    new aws.iam.RolePolicyAttachment(
      this.named('monitoring'),
      {
        role: role.name,
        policyArn: `arn:${context.partition}:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole`,
      },
      this.child(),
    )
    for (let number = 1; number <= instances; number++) {
      new aws.rds.ClusterInstance(
        this.named(String(number)),
        {
          identifier: `${this.clusterIdentifier}-${number}`,
          clusterIdentifier: cluster.id,
          engine: 'aurora-postgresql',
          engineVersion: args.version,
          instanceClass,
          publiclyAccessible: false,
          autoMinorVersionUpgrade: false,
          copyTagsToSnapshot: true,
          caCertIdentifier: 'rds-ca-ecc384-g1',
          promotionTier: Math.min(number - 1, 15),
          monitoringInterval: monitoringSeconds,
          monitoringRoleArn: role.arn,
          performanceInsightsEnabled: true,
          performanceInsightsKmsKeyId: keys.payments,
        },
        this.kept(context),
      )
    }
  }
}
