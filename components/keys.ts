import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { Component } from './component.ts'
import type { Context } from './context.ts'
import { type KeyUser, keyPolicy } from './key-policy.ts'

/**
 * The classes of data, and the services that use the key of each. A key is shared by all components that hold
 * data of its class. The list does not depend on the phase, so that no phase changes a key.
 */
const classes = {
  /** Payments at rest: database, settlement files, route store, disks of container hosts. */
  payments: ['rds', 's3', 'dynamodb', 'ec2', 'autoScaling', 'lambda'],
  /** Payments on their way: queues and event topics. */
  messages: ['sqs', 'sns', 's3Events', 'events'],
  /** Log groups, the log archive, the search domain. */
  logs: ['cloudWatchLogs', 's3', 'firehose', 'logDelivery', 'openSearch', 'lambda'],
  /** Journals and evidence of switchovers. */
  evidence: ['s3', 'dynamodb'],
  /** Passwords and connection strings. */
  secrets: ['secretsManager', 'ssm'],
  /** Images of what runs. */
  artifacts: ['ecr'],
  /** Topics that tell people of alarms and costs. */
  alerts: ['sns', 'cloudWatchAlarms', 'budgets', 'costAnomalies', 'events'],
} as const satisfies Record<string, readonly KeyUser[]>

export type DataClass = keyof typeof classes
export const dataClasses = Object.keys(classes) as DataClass[]

export interface KeysArgs {
  context: Context
}

/** A customer-managed KMS key for each class of data, rotated every year. */
export class Keys extends Component {
  /** ARN of each key. */
  readonly arns: Record<DataClass, pulumi.Output<string>>

  constructor(name: string, { context }: KeysArgs, options?: pulumi.ComponentResourceOptions) {
    super('Keys', name, options)
    const createKey = (dataClass: DataClass) => {
      const key = new aws.kms.Key(
        this.named(dataClass),
        {
          description: `payments-lift ${context.stack}: ${dataClass}`,
          enableKeyRotation: true,
          deletionWindowInDays: context.disposable ? 7 : 30,
          policy: JSON.stringify(keyPolicy(context, classes[dataClass])),
        },
        this.kept(context),
      )
      new aws.kms.Alias(
        this.named(dataClass),
        { name: `alias/${context.name('key', dataClass)}`, targetKeyId: key.keyId },
        this.child(),
      )
      return key.arn
    }
    this.arns = Object.fromEntries(dataClasses.map((each) => [each, createKey(each)])) as Keys['arns']
    this.registerOutputs({ arns: this.arns })
  }
}
