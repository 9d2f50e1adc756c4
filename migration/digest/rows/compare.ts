/** Compares rows of two sides by name and hash, with duplicates. */

export interface Difference {
  /** The naming columns as JSON. */
  missing: string[]
  extra: string[]
  differing: string[]
}

/** Hashes by the naming columns as JSON; rows that share a name have several. */
export type Rows = Map<string, string | string[]>

/** @param read rows of naming columns, the hash last */
export function rowsByName(read: readonly (string | null)[][]): Rows {
  const named: Rows = new Map()
  for (const row of read) {
    const hash = row.pop()!
    const name = JSON.stringify(row)
    const before = named.get(name)
    if (before === undefined) named.set(name, hash)
    else if (typeof before === 'string') named.set(name, [before, hash])
    else before.push(hash)
  }
  return named
}

/** Rows that share a name pair off by hash first; what is left over differs, is missing or is extra. */
export function difference(source: Rows, target: Rows): Difference {
  const found: Difference = { missing: [], extra: [], differing: [] }
  for (const [name, ours] of source) {
    const theirs = target.get(name)
    if (ours === theirs) continue
    const [left, right] = leftOver(list(ours), list(theirs))
    const both = Math.min(left, right)
    push(found.differing, name, both)
    push(found.missing, name, left - both)
    push(found.extra, name, right - both)
  }
  for (const [name, theirs] of target) if (!source.has(name)) push(found.extra, name, list(theirs).length)
  return found
}

function leftOver(ours: string[], theirs: string[]): [number, number] {
  const unmatched = [...theirs]
  let left = 0
  for (const hash of ours) {
    const at = unmatched.indexOf(hash)
    if (at < 0) left++
    else unmatched.splice(at, 1)
  }
  return [left, unmatched.length]
}

const list = (hashes: string | string[] | undefined) =>
  hashes === undefined ? [] : typeof hashes === 'string' ? [hashes] : hashes

function push(names: string[], name: string, times: number): void {
  for (let i = 0; i < times; i++) names.push(name)
}
