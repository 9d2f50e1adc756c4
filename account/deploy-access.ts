import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { Component } from '../components/component.ts'
import type { Context } from '../components/context.ts'
import { policy } from '../components/policies.ts'
import { allRoles, boundary } from '../components/role-place.ts'
import {
  deployStatements,
  githubTrust,
  issuer,
  previewEnvironment,
  previewStatements,
} from './deploy-policies.ts'

export interface DeployAccessArgs {
  context: Context
  /** Owner and name on GitHub: `example-org/payments-lift`. */
  repository: string
  /** Stacks of this account. */
  stacks: string[]
  /** Key of Pulumi's secret settings. */
  secretsKeyArn: pulumi.Input<string>
}

/**
 * The most that any role of the project can have, whatever its policies say. A boundary grants nothing by itself;
 * without it the deploy role could make itself a stronger one.
 */
const boundaryDocument = ({ accountId, partition }: Context) => ({
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'AllButIdentities',
      Effect: 'Allow',
      NotAction: ['iam:*', 'organizations:*', 'account:*', 'sso:*', 'billing:*'],
      Resource: '*',
    },
    {
      // A schedule is changed as a whole, with the role that it invokes its function as: a switchover holds some.
      Sid: 'HandOnRolesToSchedules',
      Effect: 'Allow',
      Action: ['iam:PassRole'],
      Resource: [allRoles(accountId, partition)],
      Condition: { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } },
    },
  ],
})

/** How GitHub's jobs get into the account: without keys, by environment, one role to look and one to deploy a stack. */
export class DeployAccess extends Component {
  readonly deployRoleArns: Record<string, pulumi.Output<string>>
  readonly previewRoleArns: Record<string, pulumi.Output<string>>

  constructor(name: string, args: DeployAccessArgs, options?: pulumi.ComponentResourceOptions) {
    super('DeployAccess', name, options)
    const { context, stacks } = args
    const provider = new aws.iam.OpenIdConnectProvider(
      this.named('github'),
      { url: `https://${issuer}`, clientIdLists: ['sts.amazonaws.com'] },
      this.kept(context),
    )
    const limit = new aws.iam.Policy(
      this.named('boundary'),
      {
        ...boundary,
        description: 'The most that a role of payments-lift can have',
        policy: JSON.stringify(boundaryDocument(context)),
      },
      this.kept(context),
    )
    const dependsOn = [provider, limit]
    const each = (create: (stack: string) => pulumi.Output<string>) =>
      Object.fromEntries(stacks.map((stack) => [stack, create(stack)]))
    this.deployRoleArns = each((stack) => this.createDeployRole(args, stack, dependsOn))
    this.previewRoleArns = each((stack) => this.createPreviewRole(args, stack, dependsOn))
    this.registerOutputs({ deployRoleArns: this.deployRoleArns, previewRoleArns: this.previewRoleArns })
  }

  private createDeployRole(
    { context, repository }: DeployAccessArgs,
    stack: string,
    dependsOn: pulumi.Resource[],
  ): pulumi.Output<string> {
    const role = new aws.iam.Role(
      this.named(`deploy-${stack}`),
      {
        name: `payments-lift-deploy-${stack}`,
        description: `pulumi up of ${stack}, from GitHub environment ${stack}`,
        assumeRolePolicy: githubTrust(context, repository, stack),
        maxSessionDuration: 3600 * 2,
      },
      this.child({ dependsOn }),
    )
    this.attach(`deploy-${stack}`, role, `arn:${context.partition}:iam::aws:policy/PowerUserAccess`)
    new aws.iam.RolePolicy(
      this.named(`deploy-${stack}`),
      { role: role.name, policy: policy(deployStatements(context, stack)) },
      this.child(),
    )
    return role.arn
  }

  private createPreviewRole(
    { context, repository, secretsKeyArn }: DeployAccessArgs,
    stack: string,
    dependsOn: pulumi.Resource[],
  ): pulumi.Output<string> {
    const environment = previewEnvironment(stack)
    const role = new aws.iam.Role(
      this.named(environment),
      {
        name: `payments-lift-${environment}`,
        description: `pulumi preview of ${stack}, from GitHub environment ${environment}`,
        assumeRolePolicy: githubTrust(context, repository, environment),
      },
      this.child({ dependsOn }),
    )
    this.attach(environment, role, `arn:${context.partition}:iam::aws:policy/ReadOnlyAccess`)
    new aws.iam.RolePolicy(
      this.named(environment),
      { role: role.name, policy: policy(previewStatements(context, stack, secretsKeyArn)) },
      this.child(),
    )
    return role.arn
  }

  private attach(part: string, role: aws.iam.Role, policyArn: string): void {
    new aws.iam.RolePolicyAttachment(this.named(part), { role: role.name, policyArn }, this.child())
  }
}
