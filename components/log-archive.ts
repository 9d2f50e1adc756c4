import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { createAlarm } from './alarm.ts'
import { Bucket } from './bucket.ts'
import { Component } from './component.ts'
import type { Context } from './context.ts'
import { LogGroup } from './log-group.ts'
import { policy, trust } from './policies.ts'

export interface LogArchiveArgs {
  context: Context
  /** KMS key of the class logs. */
  keyArn: pulumi.Input<string>
  /** Bucket that is told of every access to the archive. */
  accessLogs: Bucket
  /** How long the archive is kept, in days. */
  archiveDays: number
  /** How long errors of the delivery are kept, in days. */
  logDays: number
  alertsTopicArn: pulumi.Input<string>
}

/** After so many days lines move to a cheaper class. */
const coldDays = 90
/** Where lines stand; Logstash writes below it too. */
export const linesPrefix = 'lines/'
/** Where lines stand that nothing could read; Logstash writes here too. */
export const deadLetterPrefix = 'dead-letters/'

/**
 * Every log line for years: CloudWatch Logs → Firehose → S3. CloudWatch sends its lines in batches of its own,
 * compressed; Firehose unpacks them, so that the archive holds the lines themselves.
 */
export class LogArchive extends Component {
  readonly bucket: Bucket
  readonly streamArn: pulumi.Output<string>
  /** What CloudWatch Logs acts as. */
  readonly writerRoleArn: pulumi.Output<string>
  /** Subscriptions wait for this. */
  readonly ready: pulumi.Resource[]
  readonly alarmArns: pulumi.Output<string>[]

  constructor(name: string, args: LogArchiveArgs, options?: pulumi.ComponentResourceOptions) {
    super('LogArchive', name, options)
    const { context, keyArn, accessLogs, archiveDays } = args
    this.bucket = new Bucket(
      this.named('bucket'),
      {
        context,
        purpose: 'log-archive',
        keyArn,
        expireDays: archiveDays,
        accessLogs,
        ...(archiveDays > coldDays && { coldDays }),
      },
      { parent: this },
    )
    const stream = this.createStream(args)
    const writer = new aws.iam.Role(
      this.named('writer'),
      {
        assumeRolePolicy: policy([
          {
            sid: 'Assume',
            actions: ['sts:AssumeRole'],
            principals: { Service: ['logs.amazonaws.com'] },
            conditions: { ArnLike: { 'aws:SourceArn': context.arn('logs', '*') } },
          },
        ]),
      },
      this.child(),
    )
    const allowed = new aws.iam.RolePolicy(
      this.named('writer'),
      {
        role: writer.name,
        policy: policy([
          {
            sid: 'PutLines',
            actions: ['firehose:PutRecord', 'firehose:PutRecordBatch'],
            resources: [stream.arn],
          },
        ]),
      },
      this.child(),
    )
    const late = createAlarm(
      this.named('late'),
      {
        context,
        says: 'Log lines reach the archive more than 15 minutes late, or not at all.',
        runbook: 'log-pipeline-quiet',
        topicArn: args.alertsTopicArn,
        metric: {
          namespace: 'AWS/Firehose',
          name: 'DeliveryToS3.DataFreshness',
          dimensions: { DeliveryStreamName: stream.name },
          statistic: 'Maximum',
        },
        fires: { when: 'above', threshold: 900, periodSeconds: 300, periods: 2 },
      },
      this.child(),
    )
    this.streamArn = stream.arn
    this.writerRoleArn = writer.arn
    this.ready = [allowed]
    this.alarmArns = [late.arn]
    this.registerOutputs({ bucketName: this.bucket.bucketName, streamArn: this.streamArn })
  }

  private createStream({ context, keyArn, logDays }: LogArchiveArgs): aws.kinesis.FirehoseDeliveryStream {
    const errors = new LogGroup(
      this.named('errors'),
      { context, path: 'log-archive', keyArn, retentionDays: logDays },
      { parent: this },
    )
    const errorStream = new aws.cloudwatch.LogStream(
      this.named('errors'),
      { name: 'delivery', logGroupName: errors.group.name },
      this.child(),
    )
    const role = new aws.iam.Role(
      this.named('stream'),
      { assumeRolePolicy: trust('firehose.amazonaws.com', context.accountId) },
      this.child(),
    )
    const allowed = new aws.iam.RolePolicy(
      this.named('stream'),
      {
        role: role.name,
        policy: policy([
          {
            sid: 'WriteArchive',
            actions: ['s3:PutObject', 's3:AbortMultipartUpload'],
            resources: [`${this.bucket.arn}/*`],
          },
          {
            sid: 'SeeArchive',
            actions: ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'],
            resources: [this.bucket.arn],
          },
          { sid: 'EncryptArchive', actions: ['kms:GenerateDataKey', 'kms:Decrypt'], resources: [keyArn] },
          { sid: 'WriteErrors', actions: ['logs:PutLogEvents'], resources: [`${errors.arn}:*`] },
        ]),
      },
      this.child(),
    )
    return new aws.kinesis.FirehoseDeliveryStream(
      this.named('stream'),
      {
        destination: 'extended_s3',
        serverSideEncryption: { enabled: true, keyType: 'CUSTOMER_MANAGED_CMK', keyArn },
        extendedS3Configuration: {
          bucketArn: this.bucket.arn,
          roleArn: role.arn,
          kmsKeyArn: keyArn,
          prefix: `${linesPrefix}!{timestamp:yyyy/MM/dd/HH}/`,
          errorOutputPrefix: `${deadLetterPrefix}firehose/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd}/`,
          bufferingInterval: 300,
          bufferingSize: 64,
          compressionFormat: 'GZIP',
          processingConfiguration: {
            enabled: true,
            processors: [
              {
                type: 'Decompression',
                parameters: [{ parameterName: 'CompressionFormat', parameterValue: 'GZIP' }],
              },
              {
                type: 'CloudWatchLogProcessing',
                parameters: [{ parameterName: 'DataMessageExtraction', parameterValue: 'true' }],
              },
            ],
          },
          cloudwatchLoggingOptions: {
            enabled: true,
            logGroupName: errors.groupName,
            logStreamName: errorStream.name,
          },
        },
      },
      this.child({ dependsOn: [allowed] }),
    )
  }
}
