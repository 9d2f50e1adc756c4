import type * as pulumi from '@pulumi/pulumi'
import { anyResource, type Statement } from './policies.ts'

export interface StartArgs {
  /** ARNs of the ECR repositories of the task's images. */
  repositoryArns: pulumi.Input<string>[]
  /** ARNs of the secrets its containers get; the execution role may read these and no others. */
  secretArns?: pulumi.Input<string>[]
  /** KMS keys those secrets are encrypted with. */
  secretKeyArns?: pulumi.Input<string>[]
}

/** What starting a task takes: its images and its secrets. */
export const startStatements = ({
  repositoryArns,
  secretArns = [],
  secretKeyArns = [],
}: StartArgs): Statement[] => [
  {
    sid: 'RegistryLogin',
    actions: ['ecr:GetAuthorizationToken'],
    resources: anyResource(
      'ecr:GetAuthorizationToken knows no resource; what may be pulled stands in PullImages',
    ),
  },
  {
    sid: 'PullImages',
    actions: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
    resources: repositoryArns,
  },
  ...(secretArns.length > 0
    ? [{ sid: 'ReadSecrets', actions: ['secretsmanager:GetSecretValue'], resources: secretArns }]
    : []),
  ...(secretKeyArns.length > 0
    ? [{ sid: 'DecryptSecrets', actions: ['kms:Decrypt'], resources: secretKeyArns }]
    : []),
]
