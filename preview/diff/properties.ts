import { type Inputs, type Json, unknown } from '../values.ts'

/** One property that differs between two sides. */
export interface PropertyChange {
  /** Such as `clusterConfig.instanceCount`; documents in text are looked into. */
  path: string
  /** Undefined: not there. */
  old: Json | undefined
  now: Json | undefined
  /** AWS cannot change it in place: the resource is replaced. */
  replaces: boolean
  /** The name of the resource whose replacement changes a value that this property takes from it. */
  follows?: string
}

/** Lists whose order means something; of all others AWS makes a set. */
const ordered = new Set(['command', 'entryPoint', 'processors', 'targetGroups'])
/** Of these, lists in which a place means something by itself: weights belong to places, so they are compared by place. */
const placed = new Set(['targetGroups'])
/** What tells the members of a list apart. */
const keys = [
  'Sid',
  'sid',
  'name',
  'Name',
  'id',
  'key',
  'containerPath',
  'containerPort',
  'deviceName',
  'type',
]

const isObject = (value: Json | undefined): value is { [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A document that stands as text, as what it says. */
export function parsed(value: Json | undefined): Json | undefined {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value
  try {
    return JSON.parse(value) as Json
  } catch {
    return value
  }
}

/** Text of a value in which keys, and members of sets, always stand in one order. */
export function canonical(value: Json | undefined, name = ''): string {
  const looked = parsed(value)
  if (Array.isArray(looked)) {
    const members = looked.map((each) => canonical(each))
    return `[${(ordered.has(name) ? members : members.sort()).join(',')}]`
  }
  if (!isObject(looked)) return JSON.stringify(looked) ?? 'absent'
  const fields = Object.keys(looked).sort()
  return `{${fields.map((key) => `${JSON.stringify(key)}:${canonical(looked[key], key)}`).join(',')}}`
}

const absent = (value: Json | undefined) => value === undefined || value === null

/** A list of one is written as the one in many policies. */
const asList = (value: Json | undefined): Json[] =>
  Array.isArray(value) ? value : absent(value) ? [] : [value!]

export interface Difference {
  path: string
  old: Json | undefined
  now: Json | undefined
}

/** What differs between two values, as deep as it differs; order that AWS does not keep is none. */
export function differences(before: Json | undefined, after: Json | undefined, path = ''): Difference[] {
  const [old, now] = [parsed(before), parsed(after)]
  const name = path.split('.').at(-1)!.replace(/\[.*$/, '')
  if (canonical(old, name) === canonical(now, name)) return []
  if (isObject(old) && isObject(now)) {
    const fields = [...new Set([...Object.keys(old), ...Object.keys(now)])].sort()
    return fields.flatMap((key) => differences(old[key], now[key], path ? `${path}.${key}` : key))
  }
  if (Array.isArray(old) && Array.isArray(now)) {
    if (placed.has(name) && old.length === now.length)
      return old.flatMap((one, index) => differences(one, now[index], `${path}[${index}]`))
    if (!ordered.has(name)) return members(old, now, path)
  }
  if (Array.isArray(old) !== Array.isArray(now) && !absent(old) && !absent(now)) {
    if (canonical(asList(old)) === canonical(asList(now))) return []
  }
  return [{ path, old, now }]
}

/** Members with a name are compared with their namesakes; the rest as a set. */
function members(old: Json[], now: Json[], path: string): Difference[] {
  const key = keys.find((each) => {
    const named = [old, now].map((list) => list.map((one) => (isObject(one) ? one[each] : undefined)))
    return named.every(
      (list) =>
        list.every((one) => typeof one === 'string' || typeof one === 'number') &&
        new Set(list).size === list.length,
    )
  })
  if (key) {
    const by = (list: Json[]) => new Map(list.map((one) => [String((one as Inputs)[key]), one]))
    const [before, after] = [by(old), by(now)]
    return [...new Set([...before.keys(), ...after.keys()])].flatMap((one) =>
      differences(before.get(one), after.get(one), `${path}[${one}]`),
    )
  }
  const count = (list: Json[], text: string) => list.filter((one) => canonical(one) === text).length
  const less = (from: Json[], other: Json[]) =>
    from.filter((one, index) => {
      const text = canonical(one)
      const before = from.slice(0, index).filter((each) => canonical(each) === text).length
      return before >= count(other, text)
    })
  const [gone, come] = [less(old, now), less(now, old)]
  if (gone.length === 1 && come.length === 1 && isObject(gone[0]) && isObject(come[0]))
    return differences(gone[0], come[0], old.length === 1 && now.length === 1 ? `${path}[0]` : `${path}[]`)
  if (
    gone.every((one) => one === unknown) &&
    come.every((one) => one === unknown) &&
    old.length === now.length
  )
    return []
  return [{ path, old: gone.length > 0 ? gone : undefined, now: come.length > 0 ? come : undefined }]
}

const digest = /sha256:[0-9a-f]{64}|\b[0-9a-f]{64}\b/g
/** Values that a rebuild of the same code changes. */
const rebuilt = new Set(['sourceCodeHash', 'codeSha256', 'hash', 's3ObjectVersion', 'etag'])

/** Does nothing but a rebuild stand behind a difference? */
export function isRebuild({ path, old, now }: Difference): boolean {
  if (rebuilt.has(path.split('.').at(-1)!)) return true
  if (typeof old !== 'string' || typeof now !== 'string') return false
  return old.search(digest) >= 0 && old.replaceAll(digest, '') === now.replaceAll(digest, '')
}

/** Does a value hold something only AWS can tell? */
export const hasUnknown = (value: Json | undefined): boolean =>
  typeof value === 'string'
    ? value.includes(unknown)
    : Array.isArray(value)
      ? value.some(hasUnknown)
      : isObject(value) && Object.values(value).some(hasUnknown)
