import type { RecordedResource } from './recorded.ts'
import { stackType } from './urn.ts'

export interface Branch {
  resource: RecordedResource
  children: Branch[]
  /** Resources in it that exist in AWS. */
  count: number
}

/** The resources as a tree, components first, the stack at the root. */
export function treeOf(resources: RecordedResource[]): Branch {
  const children = new Map<string, RecordedResource[]>()
  for (const resource of resources) {
    if (resource.type !== stackType)
      children.set(resource.parent, [...(children.get(resource.parent) ?? []), resource])
  }
  const grow = (resource: RecordedResource): Branch => {
    const below = (children.get(resource.urn) ?? []).map(grow)
    below.sort(
      (a, b) =>
        Number(a.resource.custom) - Number(b.resource.custom) || (a.resource.name < b.resource.name ? -1 : 1),
    )
    return {
      resource,
      children: below,
      count: below.reduce((sum, { count }) => sum + count, resource.custom ? 1 : 0),
    }
  }
  const root = resources.find(({ type }) => type === stackType)
  if (!root) throw new Error('no stack was registered')
  return grow(root)
}

const shortType = (type: string) => type.split(':').at(-1)!
/** The prefix that every child shares with its component says nothing a second time. */
const shortName = (name: string, parent: string) =>
  name.startsWith(`${parent}-`) ? name.slice(parent.length + 1) : name

/** Lines of a branch; resources of one type that are not protected and have no children stand on one line. */
function linesOf({ resource, children }: Branch, indent: string): string[] {
  const groups = new Map<string, Branch[]>()
  for (const child of children) {
    const { custom, type, protect, name } = child.resource
    const alone = !custom || child.children.length > 0 || protect
    const key = alone ? `${type} ${name}` : type
    groups.set(key, [...(groups.get(key) ?? []), child])
  }
  const entries = [...groups.values()]
  return entries.flatMap((group, index) => {
    const last = index === entries.length - 1
    const [first] = group
    const { type, protect, custom } = first!.resource
    const names = group.map((each) => shortName(each.resource.name, resource.name))
    const shown =
      names.length > 4 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ')
    const count = custom ? (group.length > 1 ? ` ×${group.length}` : '') : ` · ${first!.count}`
    const line = `${indent}${last ? '└─ ' : '├─ '}${shortType(type)}${count} ${shown}${protect ? ' [protected]' : ''}`
    return [line, ...(group.length === 1 ? linesOf(first!, `${indent}${last ? '   ' : '│  '}`) : [])]
  })
}

/** The tree in lines; a number after a component counts its resources. */
export const treeLines = (resources: RecordedResource[]): string[] => linesOf(treeOf(resources), '')
