import { replacedByValues, replacedOn } from '../../engine/stand-in/replacements.ts'
import type { RecordedResource } from '../recorded.ts'
import { nameOfUrn, stackType } from '../urn.ts'
import { unknown } from '../values.ts'
import { isRevision } from './kinds.ts'
import { differences, hasUnknown, isRebuild, type PropertyChange } from './properties.ts'
import type { Side } from './side.ts'

export type Op = 'create' | 'update' | 'replace' | 'delete'

/** What happens to one resource, and why. */
export interface Change {
  op: Op
  urn: string
  type: string
  name: string
  /** The component below the stack that it belongs to, such as `frontDoor`; its own name where it has none. */
  component: string
  /** The properties behind an update or a replacement; those that replace first. */
  properties: PropertyChange[]
  /** As deployed, and as it will be; a resource that is created or deleted has one of the two. */
  old?: RecordedResource | undefined
  now?: RecordedResource | undefined
  /** A replacement that is none to anybody who uses it: a new revision. */
  revision: boolean
}

export interface Comparison {
  changes: Change[]
  /** Resources that differ by nothing but what a rebuild changes, such as the digest of an image. */
  rebuilt: string[]
}

const exists = ({ custom, type }: RecordedResource) => custom && !/^pulumi:/.test(type)

/** What an `up` would change, resource by resource; `base` stands for what is deployed. */
export function compare(base: Side, head: Side): Comparison {
  const before = new Map(base.resources.filter(exists).map((resource) => [resource.urn, resource]))
  const components = { ...componentsOf(base.resources), ...componentsOf(head.resources) }
  const made = head.resources.filter(exists).map((now) => ({ now, old: formerOf(now, before) }))
  const kept = new Set(made.flatMap(({ old }) => (old ? [old.urn] : [])))
  const rebuilt: string[] = []
  const changeOf = (
    op: Op,
    properties: PropertyChange[],
    old?: RecordedResource,
    now?: RecordedResource,
  ): Change => {
    const { urn, type, name } = (now ?? old)!
    const revision = op === 'replace' && isRevision(type)
    return { op, urn, type, name, component: components[urn] ?? name, properties, old, now, revision }
  }
  const pairs = made.flatMap(({ old, now }) => {
    if (!old) return []
    const properties = propertiesOf(old, now)
    const real = properties.filter((each) => !isRebuild(each))
    if (properties.length > 0 && real.length === 0) rebuilt.push(now.name)
    return [{ old, now, properties: real }]
  })
  follow(pairs)
  return {
    changes: [
      ...[...before.values()].filter(({ urn }) => !kept.has(urn)).map((old) => changeOf('delete', [], old)),
      ...pairs
        .filter(({ old, now, properties }) => properties.length > 0 || old.protect !== now.protect)
        .map(({ old, now, properties }) =>
          changeOf(properties.some(({ replaces }) => replaces) ? 'replace' : 'update', properties, old, now),
        ),
      ...made.filter(({ old }) => !old).map(({ now }) => changeOf('create', [], undefined, now)),
    ],
    rebuilt,
  }
}

/** The resource under its URN, or under a former URN or name. */
function formerOf(
  now: RecordedResource,
  before: Map<string, RecordedResource>,
): RecordedResource | undefined {
  const same = before.get(now.urn)
  if (same) return same
  return now.aliases
    .map(
      (alias) =>
        before.get(alias) ??
        [...before.values()].find(({ type, name }) => type === now.type && name === alias),
    )
    .find((each) => each !== undefined)
}

/** The component below the stack, by URN. */
export function componentsOf(resources: RecordedResource[]): Record<string, string> {
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]))
  const top = (resource: RecordedResource): string => {
    const parent = byUrn.get(resource.parent)
    return !parent || parent.type === stackType ? resource.name : top(parent)
  }
  return Object.fromEntries(resources.map((resource) => [resource.urn, top(resource)]))
}

const topLevel = (path: string) => path.split(/[.[]/)[0]!

/** A rule `vpcConfig` covers everything under it; `vpcConfiguration.subnetIds` only that. */
const forces = (rule: string, path: string) => {
  const bare = path.replace(/\[[^\]]*\]/g, '')
  return bare === rule || bare.startsWith(`${rule}.`)
}

/** Undefined when nobody has reviewed what replaces a resource of the type. */
function rulesOf(type: string): readonly string[] | undefined {
  try {
    return replacedOn(type)
  } catch {
    return undefined
  }
}

export function propertiesOf(old: RecordedResource, now: RecordedResource): PropertyChange[] {
  const rules = [...(rulesOf(now.type) ?? []), ...now.replaceOnChanges]
  const ignored = (path: string) => now.ignoreChanges.some((each) => forces(each, path))
  const found = differences(old.inputs, now.inputs).filter(
    ({ path }) => !path.startsWith('__') && !ignored(path),
  )
  const byValue = replacedByValues(now.type, old.inputs as never, now.inputs as never)
  const changed = new Set(found.map(({ path }) => topLevel(path)))
  const turned = Object.keys(now.inputs)
    .filter(
      (key) =>
        !changed.has(key) && !ignored(key) && hasUnknown(now.inputs[key]) && hasUnknown(old.inputs[key]),
    )
    .flatMap((key) => sourcesOf(key, old, now))
  return [...found, ...turned]
    .map((each) => ({
      ...each,
      replaces: rules.some((rule) => forces(rule, each.path)) || byValue.includes(topLevel(each.path)),
    }))
    .sort((a, b) => Number(b.replaces) - Number(a.replaces))
}

/** A value that nobody knows yet differs when it comes from another resource. */
function sourcesOf(key: string, old: RecordedResource, now: RecordedResource) {
  const [before, after] = [old, now].map((each) => (each.propertyDependencies[key] ?? []).toSorted())
  const gone = before!.filter((urn) => !after!.includes(urn))
  const come = after!.filter((urn) => !before!.includes(urn))
  if (gone.length === 0 && come.length === 0) return []
  const told = (urns: string[]) => (urns.length > 0 ? `of ${urns.map(nameOfUrn).join(', ')}` : unknown)
  return [{ path: key, old: told(gone), now: told(come) }]
}

interface Pair {
  old: RecordedResource
  now: RecordedResource
  properties: PropertyChange[]
}

/** What takes a value from a resource that is replaced gets a new value, and may be replaced for it. */
function follow(pairs: Pair[]): void {
  const isReplaced = ({ properties }: Pair) => properties.some(({ replaces }) => replaces)
  let fresh = new Map(pairs.filter(isReplaced).map(({ now }) => [now.urn, now]))
  while (fresh.size > 0) {
    const next = new Map<string, RecordedResource>()
    for (const pair of pairs) {
      const was = isReplaced(pair)
      const rules = rulesOf(pair.now.type) ?? []
      for (const [key, urns] of Object.entries(pair.now.propertyDependencies)) {
        const source = urns.map((urn) => fresh.get(urn)).find((each) => each !== undefined)
        const known = pair.properties.some(({ path }) => topLevel(path) === key)
        if (!source || known || !hasUnknown(pair.now.inputs[key])) continue
        const replaces = rules.some((rule) => topLevel(rule) === key)
        pair.properties.push({ path: key, old: unknown, now: unknown, replaces, follows: source.name })
      }
      if (!was && isReplaced(pair)) next.set(pair.now.urn, pair.now)
    }
    fresh = next
  }
}
