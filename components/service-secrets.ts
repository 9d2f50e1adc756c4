import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { Component } from './component.ts'
import type { Context } from './context.ts'

export interface ServiceSecretsArgs<Name extends string> {
  context: Context
  /** Part of their path: `lift` → /payments-lift/prod/lift/…. Default: services. */
  folder?: string
  /** KMS key of the class secrets. */
  keyArn: pulumi.Input<string>
  /** What each secret is, by the last part of its path: `{ 'database-url': 'Connection of the services' }`. */
  secrets: Record<Name, string>
}

/**
 * Secrets that are made empty: a runbook writes the values, so that none is in Pulumi's state. They belong to a phase
 * before the one that needs them, since a task whose secret has no value does not start.
 */
export class ServiceSecrets<Name extends string> extends Component {
  readonly arns: Record<Name, pulumi.Output<string>>

  constructor(name: string, args: ServiceSecretsArgs<Name>, options?: pulumi.ComponentResourceOptions) {
    super('ServiceSecrets', name, options)
    const { context, folder = 'services', keyArn, secrets } = args
    const create = (secret: Name) =>
      new aws.secretsmanager.Secret(
        this.named(secret),
        {
          name: context.path(folder, secret),
          description: `${secrets[secret]}; written by a runbook`,
          kmsKeyId: keyArn,
          recoveryWindowInDays: context.disposable ? 0 : 30,
        },
        this.kept(context),
      ).arn
    this.arns = Object.fromEntries(
      (Object.keys(secrets) as Name[]).map((secret) => [secret, create(secret)]),
    ) as ServiceSecrets<Name>['arns']
    this.registerOutputs({ arns: this.arns })
  }
}
