/** What a change of inputs does: nothing, an update, or a replacement where AWS would replace. */

import { nameProperty } from './autoname.ts'
import { replacedByValues, replacedOn } from './replacements.ts'
import { isObject, plainObject, unknown, type Wire, type WireObject } from './wire.ts'

export type Change = 'add' | 'delete' | 'update'

export interface Difference {
  /** Path of each property that differs, for example `defaultActions[0].forward.targetGroups[1].weight`. */
  changes: Map<string, Change>
  /** The top-level inputs among them that replace the resource. */
  replaces: string[]
  /** A resource with a fixed name can't exist twice, so the old one goes first. */
  deleteBeforeReplace: boolean
}

const absent = (value: Wire | undefined): boolean => value === undefined || value === null

const walk = (
  old: Wire | undefined,
  now: Wire | undefined,
  path: string,
  found: Map<string, Change>,
): void => {
  if (absent(old) && absent(now)) return
  if (absent(old)) found.set(path, 'add')
  else if (absent(now)) found.set(path, 'delete')
  else if (Array.isArray(old) && Array.isArray(now)) {
    for (let i = 0; i < Math.max(old.length, now.length); i++) walk(old[i], now[i], `${path}[${i}]`, found)
  } else if (isObject(old) && isObject(now)) {
    for (const key of new Set([...Object.keys(old), ...Object.keys(now)]))
      walk(old[key], now[key], path === '' ? key : `${path}.${key}`, found)
  } else if (old !== now || now === unknown) found.set(path, 'update')
}

/** The property of a path's beginning: `defaultActions[0].type` → `defaultActions`. */
export const topLevel = (path: string): string => path.split(/[.[]/)[0]!

/** Compares the inputs a resource was made with and the inputs it shall have. */
export const difference = (token: string, oldInputs: WireObject, newInputs: WireObject): Difference => {
  const changes = new Map<string, Change>()
  const [old, now] = [plainObject(oldInputs), plainObject(newInputs)]
  walk(old, now, '', changes)
  const forcing = replacedOn(token)
  const replaces = [
    ...new Set([
      ...[...changes.keys()].filter((path) => forcing.some((rule) => matches(rule, path))).map(topLevel),
      ...replacedByValues(token, old, now),
    ]),
  ]
  const property = nameProperty(token)
  const fixedName = property !== undefined && old[property] !== undefined && old[property] === now[property]
  return {
    changes,
    replaces,
    deleteBeforeReplace: replaces.length > 0 && fixedName && !isGenerated(old[property]),
  }
}

/** A rule `vpcConfig` covers everything under it; `vpcConfiguration.subnetIds` only that. Indices do not matter. */
const matches = (rule: string, path: string): boolean => {
  const bare = path.replace(/\[\d+\]/g, '')
  return bare === rule || bare.startsWith(`${rule}.`)
}

const isGenerated = (name: Wire | undefined): boolean =>
  typeof name === 'string' && /-[0-9a-f]{7}(\.fifo)?$/.test(name)
