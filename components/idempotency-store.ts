import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { Component } from './component.ts'
import type { Context } from './context.ts'
import type { Statement } from './policies.ts'

export interface IdempotencyStoreArgs {
  context: Context
  /** ARN of the KMS key of the class payments. */
  keyArn: pulumi.Input<string>
}

/** What functions have done already, as AWS Lambda Powertools keeps it: an item an event, gone by itself with age. */
export class IdempotencyStore extends Component {
  /** Known in a preview. */
  readonly tableName: string
  /** Known in a preview. */
  readonly tableArn: string
  readonly keyArn: pulumi.Input<string>

  constructor(name: string, args: IdempotencyStoreArgs, options?: pulumi.ComponentResourceOptions) {
    super('IdempotencyStore', name, options)
    const { context, keyArn } = args
    this.tableName = context.name('table', 'idempotency')
    this.tableArn = context.arn('dynamodb', `table/${this.tableName}`)
    this.keyArn = keyArn
    new aws.dynamodb.Table(
      this.named('done'),
      {
        name: this.tableName,
        billingMode: 'PAY_PER_REQUEST',
        hashKey: 'id',
        attributes: [{ name: 'id', type: 'S' }],
        ttl: { attributeName: 'expiration', enabled: true },
        pointInTimeRecovery: { enabled: true },
        serverSideEncryption: { enabled: true, kmsKeyArn: keyArn },
        deletionProtectionEnabled: !context.disposable,
      },
      this.kept(context),
    )
    this.registerOutputs({ tableName: this.tableName, tableArn: this.tableArn })
  }
}

/**
 * What Powertools calls, and no more: a write that fails because the event is known brings the item with it, so it
 * reads nothing. https://docs.aws.amazon.com/powertools/typescript/latest/features/idempotency
 */
export const mayRemember = (
  { tableArn, keyArn }: Pick<IdempotencyStore, 'tableArn' | 'keyArn'>,
  { region }: Pick<Context, 'region'>,
): Statement[] => [
  {
    sid: 'RememberWhatIsDone',
    actions: ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'],
    resources: [tableArn],
  },
  {
    sid: 'UseTableKey',
    actions: ['kms:Decrypt'],
    resources: [keyArn],
    conditions: { StringEquals: { 'kms:ViaService': `dynamodb.${region}.amazonaws.com` } },
  },
]
