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
 * Tags everything registered from now on, also what remote components (awsx) make: of all kinds of transform,
 * only this one reaches those. A tag that a resource sets itself wins.
 */
export function tagEverything(settings: Pick<Settings, 'stack' | 'tags'>): void {
  const tags = tagsOf(settings)
  pulumi.runtime.registerResourceTransform(({ type, props }) =>
    taggable.has(type)
      ? { props: { ...props, tags: { ...tags, ...props.tags } }, opts: asTheyWere }
      : undefined,
  )
}

/**
 * awsx lets instances in public subnets have public addresses; here only the front door and NAT have any, and they
 * do not need it.
 */
export function closePublicSubnets(): void {
  pulumi.runtime.registerResourceTransform(({ type, props }) =>
    type === 'aws:ec2/subnet:Subnet'
      ? { props: { ...props, mapPublicIpOnLaunch: false }, opts: asTheyWere }
      : undefined,
  )
}

/**
 * The SDK sends options that are left out back untouched. Options sent back as received would come with
 * `deleteBeforeReplace: false`, which overrides the provider's own choice for things with a fixed name.
 */
const asTheyWere = undefined as unknown as pulumi.ResourceOptions
