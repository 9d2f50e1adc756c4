import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { Bucket } from './bucket.ts'
import { Component } from './component.ts'
import { DeadLetters } from './dead-letters.ts'
import type { Statement } from './policies.ts'
import { refuse } from './refuse.ts'
import { alarmRefusals } from './settlement-refusals.ts'
import { VpcFunction, type VpcFunctionArgs } from './vpc-function.ts'

export interface SettlementFilesArgs
  extends Omit<VpcFunctionArgs, 'invocation' | 'statements' | 'description' | 'environment'> {
  /** What the source bucket is for, part of its name. Default: `settlement-source`. */
  source?: string
  /** What the destination bucket is for, part of its name; never the source. Default: `settlement-destination`. */
  destination?: string
  /** Only files under this prefix are taken. Default: all. */
  prefix?: string
  /** Only files with this ending are taken, such as `.csv`. Default: all. */
  suffix?: string
  /** Bucket that is told of every access to the two. */
  accessLogs: Bucket
  /** How long files of either bucket are kept, in days. */
  retentionDays: number
  /** KMS key of the class messages, for the dead letters. */
  messagesKeyArn: pulumi.Input<string>
  environment?: Record<string, pulumi.Input<string>>
  /** What the handler may do besides reading the source and writing the destination. Default: nothing. */
  statements?: Statement[]
}

/** Why a function must not read from one and write to the other: each result would invoke it again, without end. */
export const bucketProblems = (source: string, destination: string): string[] =>
  source === destination
    ? [
        `source and destination are the same bucket, ${source}: each result would invoke the function again; name two`,
      ]
    : []

/** Settlement files: a file arrives in the source bucket, a function settles it, results go to another bucket. */
export class SettlementFiles extends Component {
  readonly source: Bucket
  readonly destination: Bucket
  readonly settle: VpcFunction
  readonly deadLetters: DeadLetters
  readonly alarmArns: pulumi.Output<string>[]

  constructor(name: string, args: SettlementFilesArgs, options?: pulumi.ComponentResourceOptions) {
    super('SettlementFiles', name, options)
    const { source = 'settlement-source', destination = 'settlement-destination', ...rest } = args
    const {
      accessLogs,
      prefix,
      suffix,
      retentionDays,
      messagesKeyArn,
      environment,
      statements = [],
      ...common
    } = rest
    const { context, keys, alertsTopicArn } = common
    refuse('SettlementFiles', name, bucketProblems(source, destination))

    const createBucket = (part: string, purpose: string) =>
      new Bucket(
        this.named(part),
        { context, purpose, keyArn: keys.environmentArn, expireDays: retentionDays, accessLogs },
        { parent: this },
      )
    this.source = createBucket('source', source)
    this.destination = createBucket('destination', destination)
    this.deadLetters = new DeadLetters(
      this.named('dead'),
      { context, keyArn: messagesKeyArn, alertsTopicArn },
      { parent: this },
    )
    this.settle = new VpcFunction(
      this.named('function'),
      {
        ...common,
        description: 'Settles files as they arrive',
        environment: {
          ...environment,
          SOURCE_BUCKET: this.source.bucketName,
          DESTINATION_BUCKET: this.destination.bucketName,
        },
        statements: [
          ...readAndWrite(this.source.arn, this.destination.arn, keys.environmentArn, context.region),
          ...statements,
        ],
        invocation: {
          kind: 'objectCreated',
          maxRetries: 2,
          maxEventAgeSeconds: 6 * 3600,
          onFailure: this.deadLetters,
        },
      },
      { parent: this, dependsOn: [this.deadLetters] },
    )
    this.createNotification(context.accountId, prefix, suffix)
    const refusals = alarmRefusals(
      this.named('refused'),
      { context, logGroup: this.settle.logs.group, alertsTopicArn },
      this.child(),
    )
    this.alarmArns = [...this.settle.alarmArns, ...this.deadLetters.alarmArns, refusals]
    this.registerOutputs({
      sourceBucket: this.source.bucketName,
      destinationBucket: this.destination.bucketName,
    })
  }

  /** The one notification of the source bucket: a second resource for it would overwrite this one. */
  private createNotification(accountId: string, prefix?: string, suffix?: string): void {
    const { functionArn, invokeArn, qualifier, trigger } = this.settle
    const permission = new aws.lambda.Permission(
      this.named('permission'),
      {
        action: 'lambda:InvokeFunction',
        function: functionArn,
        ...(qualifier !== undefined && { qualifier }),
        principal: 's3.amazonaws.com',
        sourceArn: this.source.arn,
        sourceAccount: accountId,
      },
      this.child({ dependsOn: [this.settle] }),
    )
    new aws.s3.BucketNotification(
      this.named('arrived'),
      {
        bucket: this.source.bucket.id,
        lambdaFunctions: [
          {
            lambdaFunctionArn: invokeArn,
            events: ['s3:ObjectCreated:*'],
            ...(prefix !== undefined && { filterPrefix: prefix }),
            ...(suffix !== undefined && { filterSuffix: suffix }),
          },
        ],
      },
      // S3 asks whether it may invoke before it takes a notification.
      this.child({ dependsOn: [permission, ...trigger.ready] }),
    )
  }
}

/** Read there, write here, and look at the own results before, through S3's use of the key and no other. */
const readAndWrite = (
  sourceArn: string,
  destinationArn: string,
  keyArn: pulumi.Input<string>,
  region: string,
): Statement[] => [
  // The version that the event names, not what lies there by now.
  { sid: 'ReadSource', actions: ['s3:GetObjectVersion'], resources: [`${sourceArn}/*`] },
  {
    sid: 'WriteDestination',
    actions: ['s3:PutObject', 's3:AbortMultipartUpload'],
    resources: [`${destinationArn}/*`],
  },
  // Is the result of a later version there? S3 also asks for this right of who writes on condition.
  { sid: 'ReadResult', actions: ['s3:GetObject'], resources: [`${destinationArn}/*.result.json`] },
  {
    sid: 'UseFilesKey',
    actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
    resources: [keyArn],
    conditions: { StringEquals: { 'kms:ViaService': `s3.${region}.amazonaws.com` } },
  },
]
