import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { Component } from './component.ts'
import type { Context } from './context.ts'

export interface ImagesArgs<Name extends string> {
  context: Context
  /** Digest of each image: `sha256:…`. */
  digests: Record<Name, string>
  /** KMS key of the repositories. */
  keyArn: pulumi.Input<string>
}

/** How many images without a digest in use are kept to go back to. */
const kept = 30

const hyphenated = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

/** A repository for each image; what runs is named by digest, so nobody exchanges it behind our back. */
export class Images<Name extends string> extends Component {
  /** What to run, known before `up`: repository and digest. */
  readonly uris: Record<Name, string>
  /** ARNs of the repositories, known before `up`. */
  readonly repositoryArns: Record<Name, string>

  constructor(name: string, args: ImagesArgs<Name>, options?: pulumi.ComponentResourceOptions) {
    super('Images', name, options)
    const { context, digests, keyArn } = args
    const registry = `${context.accountId}.dkr.ecr.${context.region}.amazonaws.com`
    const names = Object.keys(digests) as Name[]
    const repositoryOf = (image: Name) => context.name('repository', hyphenated(image))

    for (const image of names) {
      const repository = new aws.ecr.Repository(
        this.named(image),
        {
          name: repositoryOf(image),
          imageTagMutability: 'IMMUTABLE',
          imageScanningConfiguration: { scanOnPush: true },
          encryptionConfigurations: [{ encryptionType: 'KMS', kmsKey: keyArn }],
          forceDelete: context.disposable,
        },
        this.kept(context),
      )
      new aws.ecr.LifecyclePolicy(
        this.named(image),
        {
          repository: repository.name,
          policy: {
            rules: [
              {
                rulePriority: 1,
                description: `keep the last ${kept}`,
                selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: kept },
                action: { type: 'expire' },
              },
            ],
          },
        },
        this.child(),
      )
    }
    const each = (value: (image: Name) => string) =>
      Object.fromEntries(names.map((image) => [image, value(image)])) as Record<Name, string>
    this.uris = each((image) => `${registry}/${repositoryOf(image)}@${digests[image]}`)
    this.repositoryArns = each((image) => context.arn('ecr', `repository/${repositoryOf(image)}`))
    this.registerOutputs({ uris: this.uris })
  }
}
