import * as pulumi from '@pulumi/pulumi'
import { project, type Settings } from '../settings.ts'
import { taggable } from './taggable.ts'

/** The tags of everything in a stack. The phase is none of them: a move would then change every resource. */
export const tagsOf = ({ stack, tags }: Pick<Settings, 'stack' | 'tags'>): Record<string, string> => ({
  Project: project,
  Stack: stack,
  Owner: tags.owner,
  CostCenter: tags.costCenter,
})

/**
 * Changes everything registered from now on, also what remote components (awsx) make: of all kinds of transform,
 * only this one reaches those. Adds the stack's tags, where a tag that a resource sets itself wins, and closes
 * awsx's public subnets: it gives instances there public addresses, and here only front door and NAT have any.
 */
export function transformEverything(settings: Pick<Settings, 'stack' | 'tags'>): void {
  const tags = tagsOf(settings)
  pulumi.runtime.registerResourceTransform(({ type, props }) => {
    if (!taggable.has(type)) return undefined
    const tagged = { ...props, tags: { ...tags, ...props.tags } }
    const closed = type === 'aws:ec2/subnet:Subnet' ? { mapPublicIpOnLaunch: false } : {}
    return { props: { ...tagged, ...closed }, opts: asTheyWere }
  })
}

/**
 * The SDK sends options that are left out back untouched. Options sent back as received would come with
 * `deleteBeforeReplace: false`, which overrides the provider's own choice for things with a fixed name.
 */
const asTheyWere = undefined as unknown as pulumi.ResourceOptions
