import type { Phase } from '../phases.ts'
import { reaches } from '../phases.ts'
import type { Settings } from '../settings.ts'
import { type NameKind, physicalName, stackPath } from './names.ts'

/** What every component needs to know about where it is built. */
export interface Context {
  stack: string
  /** Such as eu-central-1. */
  region: string
  /** 12 digits. */
  accountId: string
  /** `aws`, `aws-cn` or `aws-us-gov`. */
  partition: string
  /** May everything in this stack be destroyed in one pass? Drives every flag that lets it. */
  disposable: boolean
  /** Is the stack in this phase or a later one? */
  reaches(first: Phase): boolean
  /** A physical name, `payments-lift-prod-…`. Only where something must know it by name. */
  name(kind: NameKind, name: string): string
  /** A path of this stack, `/payments-lift/prod/…`. */
  path(...parts: string[]): string
  /** An ARN in this account and region; `global` for services that have no region, such as iam. */
  arn(service: string, resource: string, scope?: 'regional' | 'global'): string
}

const partitionOf = (region: string) =>
  region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws'

type Where = Pick<Settings, 'stack' | 'region' | 'accountId' | 'disposable' | 'phase'>

export function contextOf({ stack, region, accountId, disposable, phase }: Where): Context {
  const partition = partitionOf(region)
  return {
    stack,
    region,
    accountId,
    partition,
    disposable,
    reaches: (first) => reaches(phase, first),
    name: (kind, name) => physicalName(kind, stack, name),
    path: (...parts) => stackPath(stack, ...parts),
    arn: (service, resource, scope = 'regional') =>
      `arn:${partition}:${service}:${scope === 'global' ? '' : region}:${accountId}:${resource}`,
  }
}
