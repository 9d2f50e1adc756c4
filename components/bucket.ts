import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { Component } from './component.ts'
import type { Context } from './context.ts'
import { bucketPolicy, type Statement } from './policies.ts'

export interface BucketArgs {
  context: Context
  /** Part of its physical name: `journal` → `payments-lift-prod-journal-333333333333`. */
  purpose: string
  /**
   * ARN of the KMS key of its class of data. `none` only where AWS refuses KMS (access logs of load balancers);
   * it needs a waiver.
   */
  keyArn: pulumi.Input<string> | 'none'
  /** Objects, and older versions of them, go after so many days. Default: kept for ever. */
  expireDays?: number
  /** Versions that were replaced go after so many days. Default: as `expireDays`, or 90. */
  oldVersionDays?: number
  /** Move to a cheaper class after so many days; at least 30. Default: never. */
  coldDays?: number
  /** Who else may do what, besides IAM policies of this account. */
  grants?: (arn: string) => Statement[]
  /** Bucket that is told of every access to this one. Default: none, which is right only for that bucket itself. */
  accessLogs?: Bucket
  /** Nobody, not even an administrator in a hurry, deletes a version for so many days. Default: no lock. */
  lockDays?: number
}

const usualOldVersionDays = 90

/** A bucket that is closed: private, encrypted, versioned, no plain HTTP, one owner of all objects. */
export class Bucket extends Component {
  /** Known before `up`: the account is part of the name, so that it is free. */
  readonly bucketName: string
  readonly arn: string
  readonly bucket: aws.s3.Bucket

  constructor(name: string, args: BucketArgs, options?: pulumi.ComponentResourceOptions) {
    super('Bucket', name, options)
    const { context, purpose, keyArn, expireDays, coldDays, grants, accessLogs, lockDays, oldVersionDays } =
      args
    this.bucketName = context.name('bucket', `${purpose}-${context.accountId}`)
    this.arn = `arn:${context.partition}:s3:::${this.bucketName}`
    const store = new aws.s3.Bucket(
      name,
      {
        bucket: this.bucketName,
        forceDestroy: context.disposable,
        objectLockEnabled: lockDays !== undefined && !context.disposable,
      },
      this.kept(context),
    )
    this.bucket = store
    const bucket = store.id
    const closed = new aws.s3.BucketPublicAccessBlock(
      this.named('closed'),
      {
        bucket,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      this.child(),
    )
    new aws.s3.BucketOwnershipControls(
      this.named('owner'),
      { bucket, rule: { objectOwnership: 'BucketOwnerEnforced' } },
      this.child(),
    )
    new aws.s3.BucketServerSideEncryptionConfiguration(
      this.named('encryption'),
      {
        bucket,
        rules: [
          keyArn === 'none'
            ? { applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' } }
            : {
                applyServerSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId: keyArn },
                bucketKeyEnabled: true,
              },
        ],
      },
      this.child(),
    )
    const versioning = new aws.s3.BucketVersioning(
      this.named('versions'),
      { bucket, versioningConfiguration: { status: 'Enabled' } },
      this.child(),
    )
    if (lockDays !== undefined && !context.disposable) {
      // GOVERNANCE: a named right can still lift it. COMPLIANCE could never be undone, not even by the root user.
      new aws.s3.BucketObjectLockConfiguration(
        this.named('lock'),
        { bucket, rule: { defaultRetention: { mode: 'GOVERNANCE', days: lockDays } } },
        this.child({ dependsOn: [versioning] }),
      )
    }
    new aws.s3.BucketLifecycleConfiguration(
      this.named('lifecycle'),
      {
        bucket,
        rules: [
          {
            id: 'age',
            status: 'Enabled',
            filter: {},
            abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
            noncurrentVersionExpiration: {
              noncurrentDays: oldVersionDays ?? expireDays ?? usualOldVersionDays,
            },
            ...(expireDays !== undefined && { expiration: { days: expireDays } }),
            ...(coldDays !== undefined && { transitions: [{ days: coldDays, storageClass: 'STANDARD_IA' }] }),
          },
        ],
      },
      this.child({ dependsOn: [versioning] }),
    )
    if (accessLogs) {
      new aws.s3.BucketLogging(
        this.named('accesses'),
        { bucket, targetBucket: accessLogs.bucketName, targetPrefix: `${this.bucketName}/` },
        this.child({ dependsOn: [accessLogs] }),
      )
    }
    new aws.s3.BucketPolicy(
      this.named('policy'),
      { bucket, policy: bucketPolicy(store.arn, grants?.(this.arn)) },
      this.child({ dependsOn: [closed] }),
    )
    this.registerOutputs({ bucketName: this.bucketName, arn: this.arn })
  }
}
