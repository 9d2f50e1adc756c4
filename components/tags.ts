import * as pulumi from '@pulumi/pulumi'
import { project, type Settings } from '../settings.ts'
import { contextOf } from './context.ts'
import { boundaryArn, rolePath } from './role-place.ts'
import { taggable } from './taggable.ts'

/** The tags of everything in a stack. The phase is none of them: a move would then change every resource. */
export const tagsOf = ({ stack, tags }: Pick<Settings, 'stack' | 'tags'>): Record<string, string> => ({
  Project: project,
  Stack: stack,
  Owner: tags.owner,
  CostCenter: tags.costCenter,
})

type Where = Parameters<typeof contextOf>[0] & Pick<Settings, 'tags'>

/**
 * Changes everything registered from now on, also what remote components (awsx) make: of all kinds of transform,
 * only this one reaches those. Adds the stack's tags, where a tag that a resource sets itself wins, closes
 * awsx's public subnets (it gives instances there public addresses, and here only front door and NAT have any), and
 * puts roles where the deploy role of the stack may manage them, within the account's boundary.
 */
export function transformEverything(settings: Where): void {
  const tags = tagsOf(settings)
  const { partition, accountId } = contextOf(settings)
  const path = rolePath(settings.stack)
  const changes: Record<string, object> = {
    'aws:ec2/subnet:Subnet': { mapPublicIpOnLaunch: false },
    'aws:iam/role:Role': { path, permissionsBoundary: boundaryArn(accountId, partition) },
    'aws:iam/instanceProfile:InstanceProfile': { path },
  }
  pulumi.runtime.registerResourceTransform(({ type, props }) => {
    if (!taggable.has(type)) return undefined
    const tagged = { ...props, tags: { ...tags, ...props.tags } }
    return { props: { ...tagged, ...changes[type] }, opts: asTheyWere }
  })
}

/**
 * The SDK sends options that are left out back untouched. Options sent back as received would come with
 * `deleteBeforeReplace: false`, which overrides the provider's own choice for things with a fixed name.
 */
const asTheyWere = undefined as unknown as pulumi.ResourceOptions
