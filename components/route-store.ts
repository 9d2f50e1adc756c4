import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { Component } from './component.ts'
import type { Context } from './context.ts'

export interface RouteStoreArgs {
  context: Context
  /** KMS key of the table. */
  keyArn: pulumi.Input<string>
}

/**
 * Where the poolers learn their route when they start: one item a gate with epoch, pause state and side, changed by
 * conditional writes only. A gate without an item has never been switched: epoch 0, open, source. It is evidence; the
 * decision record is the truth.
 */
export class RouteStore extends Component {
  /** Known before `up`. */
  readonly tableName: string
  /** Known before `up`. */
  readonly tableArn: string

  constructor(name: string, { context, keyArn }: RouteStoreArgs, options?: pulumi.ComponentResourceOptions) {
    super('RouteStore', name, options)
    this.tableName = context.name('table', 'routes')
    this.tableArn = context.arn('dynamodb', `table/${this.tableName}`)
    new aws.dynamodb.Table(
      this.named('routes'),
      {
        name: this.tableName,
        billingMode: 'PAY_PER_REQUEST',
        hashKey: 'gate',
        attributes: [{ name: 'gate', type: 'S' }],
        pointInTimeRecovery: { enabled: true },
        serverSideEncryption: { enabled: true, kmsKeyArn: keyArn },
        deletionProtectionEnabled: !context.disposable,
      },
      this.kept(context),
    )
    this.registerOutputs({ tableName: this.tableName, tableArn: this.tableArn })
  }
}
