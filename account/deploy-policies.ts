import type * as pulumi from '@pulumi/pulumi'
import { type PolicyDocument, policy, type Statement } from '../components/policies.ts'
import { boundaryArn, rolePath } from '../components/role-place.ts'
import { project } from '../settings.ts'

export interface Where {
  accountId: string
  region: string
  partition: string
}

/** The host of GitHub's tokens. */
export const issuer = 'token.actions.githubusercontent.com'

/** The environment of a stack in which the real preview runs, after an approval. */
export const previewEnvironment = (stack: string): string => `${stack}-preview`

/** Only a job of this repository in exactly this environment; never a pattern. */
export const githubTrust = (
  { accountId, partition }: Pick<Where, 'accountId' | 'partition'>,
  repository: string,
  environment: string,
): PolicyDocument => {
  if (/[*?]/.test(`${repository}${environment}`)) {
    throw new Error(
      `${repository}, ${environment}: a pattern would let other jobs in; name one repository and environment`,
    )
  }
  return policy([
    {
      sid: 'AssumeFromGitHub',
      actions: ['sts:AssumeRoleWithWebIdentity'],
      principals: { Federated: [`arn:${partition}:iam::${accountId}:oidc-provider/${issuer}`] },
      conditions: {
        StringEquals: {
          [`${issuer}:aud`]: 'sts.amazonaws.com',
          [`${issuer}:sub`]: `repo:${repository}:environment:${environment}`,
        },
      },
    },
  ])
}

/** Services that roles of this project are for. */
const passedTo = [
  'lambda.amazonaws.com',
  'ecs-tasks.amazonaws.com',
  'ec2.amazonaws.com',
  'scheduler.amazonaws.com',
  'firehose.amazonaws.com',
  'logs.amazonaws.com',
  'events.amazonaws.com',
  'vpc-flow-logs.amazonaws.com',
  'monitoring.rds.amazonaws.com',
]
/** Services whose own roles AWS makes when they are first used. */
const linked = [
  'autoscaling.amazonaws.com',
  'ecs.amazonaws.com',
  'ecs.application-autoscaling.amazonaws.com',
  'elasticloadbalancing.amazonaws.com',
  'rds.amazonaws.com',
  'wafv2.amazonaws.com',
]

/**
 * What the deploy role of a stack may do with IAM, besides the managed policy PowerUserAccess, which has none of it:
 * only roles of the stack's own path, and only with the boundary on them, so that it makes no role stronger than that.
 */
export function deployStatements({ accountId, partition }: Where, stack: string): Statement[] {
  const roles = [`arn:${partition}:iam::${accountId}:role${rolePath(stack)}*`]
  const profiles = [`arn:${partition}:iam::${accountId}:instance-profile${rolePath(stack)}*`]
  const bounded = { StringEquals: { 'iam:PermissionsBoundary': boundaryArn(accountId, partition) } }
  return [
    {
      sid: 'GrantWithinBoundary',
      actions: [
        'iam:CreateRole',
        'iam:PutRolePolicy',
        'iam:DeleteRolePolicy',
        'iam:AttachRolePolicy',
        'iam:DetachRolePolicy',
        'iam:PutRolePermissionsBoundary',
      ],
      resources: roles,
      conditions: bounded,
    },
    {
      sid: 'KeepRoles',
      actions: [
        'iam:GetRole',
        'iam:GetRolePolicy',
        'iam:ListRolePolicies',
        'iam:ListAttachedRolePolicies',
        'iam:ListInstanceProfilesForRole',
        'iam:TagRole',
        'iam:UntagRole',
        'iam:UpdateRole',
        'iam:UpdateAssumeRolePolicy',
        'iam:DeleteRole',
      ],
      resources: roles,
    },
    {
      sid: 'KeepProfiles',
      actions: [
        'iam:CreateInstanceProfile',
        'iam:GetInstanceProfile',
        'iam:DeleteInstanceProfile',
        'iam:TagInstanceProfile',
        'iam:UntagInstanceProfile',
        'iam:AddRoleToInstanceProfile',
        'iam:RemoveRoleFromInstanceProfile',
      ],
      resources: [...profiles, ...roles],
    },
    {
      sid: 'PassRoles',
      actions: ['iam:PassRole'],
      resources: roles,
      conditions: { StringEquals: { 'iam:PassedToService': passedTo } },
    },
    {
      sid: 'LetAwsMakeItsRoles',
      actions: ['iam:CreateServiceLinkedRole'],
      resources: [`arn:${partition}:iam::${accountId}:role/aws-service-role/*`],
      conditions: { StringEquals: { 'iam:AWSServiceName': linked } },
    },
  ]
}

/**
 * What the preview role of a stack may do besides the managed policy ReadOnlyAccess: read secret settings in the state;
 * and not read the data that ReadOnlyAccess would let it read.
 */
export const previewStatements = (
  { partition }: Where,
  stack: string,
  secretsKeyArn: pulumi.Input<string>,
): Statement[] => [
  { sid: 'ReadSecretSettings', actions: ['kms:Decrypt'], resources: [secretsKeyArn] },
  {
    sid: 'RefuseFiles',
    effect: 'Deny',
    actions: ['s3:GetObject', 's3:GetObjectVersion'],
    resources: [`arn:${partition}:s3:::${project}-${stack}-*/*`],
  },
  {
    sid: 'RefuseData',
    effect: 'Deny',
    actions: [
      'dynamodb:BatchGetItem',
      'dynamodb:GetItem',
      'dynamodb:Query',
      'dynamodb:Scan',
      'logs:FilterLogEvents',
      'logs:GetLogEvents',
      'logs:StartLiveTail',
      'logs:StartQuery',
      'secretsmanager:GetSecretValue',
      'sqs:ReceiveMessage',
    ],
    resources: ['*'],
  },
]
