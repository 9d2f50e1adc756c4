import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { Bucket } from '../components/bucket.ts'
import { Component } from '../components/component.ts'
import type { Context } from '../components/context.ts'
import { keyPolicy } from '../components/key-policy.ts'

export interface StateStoreArgs {
  context: Context
}

/** Where Pulumi keeps the state of this account's stacks, and the key of their secret settings. */
export class StateStore extends Component {
  /** For `pulumi login s3://…`. */
  readonly bucketName: string
  /** For `pulumi stack init --secrets-provider awskms://…`. */
  readonly secretsProvider: string
  readonly secretsKeyArn: pulumi.Output<string>

  constructor(name: string, { context }: StateStoreArgs, options?: pulumi.ComponentResourceOptions) {
    super('StateStore', name, options)
    const key = new aws.kms.Key(
      this.named('key'),
      {
        description: 'payments-lift: Pulumi state and secret settings',
        enableKeyRotation: true,
        deletionWindowInDays: 30,
        policy: JSON.stringify(keyPolicy(context, ['s3'])),
      },
      this.kept(context),
    )
    const alias = `alias/${context.name('key', 'secrets')}`
    new aws.kms.Alias(this.named('key'), { name: alias, targetKeyId: key.keyId }, this.child())
    const accesses = new Bucket(
      this.named('accesses'),
      {
        context,
        purpose: 'state-accesses',
        // S3 delivers access logs to buckets without KMS only; see components/waivers.ts.
        keyArn: 'none',
        expireDays: 400,
        grants: (arn) => [
          {
            sid: 'DeliverStateAccesses',
            actions: ['s3:PutObject'],
            resources: [`${arn}/*`],
            principals: { Service: ['logging.s3.amazonaws.com'] },
            conditions: { StringEquals: { 'aws:SourceAccount': context.accountId } },
          },
        ],
      },
      { parent: this },
    )
    const state = new Bucket(
      this.named('state'),
      { context, purpose: 'state', keyArn: key.arn, accessLogs: accesses },
      { parent: this },
    )
    this.bucketName = state.bucketName
    this.secretsProvider = `awskms://${alias}?region=${context.region}`
    this.secretsKeyArn = key.arn
    this.registerOutputs({ bucketName: this.bucketName, secretsProvider: this.secretsProvider })
  }
}
