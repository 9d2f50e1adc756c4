import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { Component } from './component.ts'
import type { Context } from './context.ts'

export interface ClusterArgs {
  context: Context
  /** KMS key for sessions of `aws ecs execute-command`. */
  keyArn: pulumi.Input<string>
  /** How long those sessions are kept, in days. Default: 90. */
  logDays?: number
  /** Topic that is told when a deployment failed and was rolled back. */
  alertsTopicArn: pulumi.Input<string>
}

/**
 * Where tasks run. A rollback by a circuit breaker ends with a service that is stable, on the old version, and looks
 * like success; so every failed deployment is told.
 */
export class Cluster extends Component {
  /** Known before `up`. */
  readonly clusterName: string
  /** Known before `up`. */
  readonly arn: string
  readonly cluster: aws.ecs.Cluster
  /** Of people in tasks: where they are recorded, and the key that encrypts them. */
  readonly sessions: { logGroupName: string; keyArn: pulumi.Input<string> }

  constructor(name: string, args: ClusterArgs, options?: pulumi.ComponentResourceOptions) {
    super('Cluster', name, options)
    const { context, keyArn, logDays = 90, alertsTopicArn } = args
    this.clusterName = context.name('cluster', 'tasks')
    this.arn = context.arn('ecs', `cluster/${this.clusterName}`)
    this.sessions = { logGroupName: context.path('sessions'), keyArn }
    const sessions = new aws.cloudwatch.LogGroup(
      this.named('sessions'),
      { name: this.sessions.logGroupName, kmsKeyId: keyArn, retentionInDays: logDays },
      this.kept(context),
    )
    this.cluster = new aws.ecs.Cluster(
      name,
      {
        name: this.clusterName,
        settings: [{ name: 'containerInsights', value: 'enhanced' }],
        configuration: {
          executeCommandConfiguration: {
            kmsKeyId: keyArn,
            logging: 'OVERRIDE',
            logConfiguration: { cloudWatchEncryptionEnabled: true, cloudWatchLogGroupName: sessions.name },
          },
        },
      },
      this.child(),
    )
    const failed = new aws.cloudwatch.EventRule(
      this.named('failed'),
      {
        description: 'A deployment failed and was rolled back: the old version runs',
        eventPattern: JSON.stringify({
          source: ['aws.ecs'],
          'detail-type': ['ECS Deployment State Change'],
          detail: { eventName: ['SERVICE_DEPLOYMENT_FAILED'] },
          // Of the cluster of container hosts too.
          resources: ['tasks', 'hosts'].map((cluster) => ({
            prefix: context.arn('ecs', `service/${context.name('cluster', cluster)}/`),
          })),
        }),
      },
      this.child(),
    )
    new aws.cloudwatch.EventTarget(
      this.named('failed'),
      { rule: failed.name, arn: alertsTopicArn },
      this.child(),
    )
    this.registerOutputs({ clusterName: this.clusterName, arn: this.arn })
  }
}
