import { rightsOf } from '../rights.ts'
import { foreignIn } from './foreign.ts'
import type { Side } from './side.ts'

/** One thing a role may do. */
export interface Grant {
  action: string
  resource: string
  /** Under which conditions, as JSON; empty when none. */
  conditions: string
  sid: string
}

/** What a role that exists on both sides gains and loses. */
export interface RoleDelta {
  role: string
  gains: Grant[]
  loses: Grant[]
  /** Who may take it from now on, and who no longer. */
  takenBy: { gains: string[]; loses: string[] }
  /** AWS's own policies. */
  managed: { gains: string[]; loses: string[] }
}

export interface RolesDelta {
  changed: RoleDelta[]
  made: string[]
  /** Of those, the ones that somebody of another account may take. */
  foreign: { role: string; takenBy: string[] }[]
  gone: string[]
}

interface Role {
  grants: Grant[]
  takenBy: string[]
  managed: string[]
}

/** Every right of every role, action by action; a Deny counts by what it takes away. */
function rolesOf({ resources }: Pick<Side, 'resources'>): Map<string, Role> {
  return new Map(
    rightsOf(resources).map(({ name, takenBy, rights, managed }) => [
      name,
      {
        grants: rights.flatMap(({ sid, effect, actions, resources: on, conditions }) =>
          actions.flatMap((action) =>
            on.map((resource) => ({
              action: effect === 'Deny' ? `never ${action}` : action,
              resource,
              conditions,
              sid,
            })),
          ),
        ),
        takenBy,
        managed,
      },
    ]),
  )
}

const keyOf = ({ action, resource, conditions }: Grant) => `${action} ${resource} ${conditions}`
const without = <T>(from: T[], other: T[], key: (one: T) => string): T[] => {
  const there = new Set(other.map(key))
  return from.filter((one) => !there.has(key(one)))
}
const itself = (text: string) => text
const isDenial = ({ action }: Grant) => action.startsWith('never ')

export function rolesDelta(base: Side, head: Side): RolesDelta {
  const [before, after] = [rolesOf(base), rolesOf(head)]
  const changed = [...after].flatMap(([role, now]) => {
    const old = before.get(role)
    if (!old) return []
    const come = without(now.grants, old.grants, keyOf)
    const gone = without(old.grants, now.grants, keyOf)
    const delta = {
      role,
      // Losing a denial is a gain.
      gains: [...come.filter((one) => !isDenial(one)), ...gone.filter(isDenial).map(lifted)],
      loses: [...gone.filter((one) => !isDenial(one)), ...come.filter(isDenial)],
      takenBy: {
        gains: without(now.takenBy, old.takenBy, itself),
        loses: without(old.takenBy, now.takenBy, itself),
      },
      managed: {
        gains: without(now.managed, old.managed, itself),
        loses: without(old.managed, now.managed, itself),
      },
    }
    return isEmpty(delta) ? [] : [delta]
  })
  return {
    changed,
    made: [...after.keys()].filter((role) => !before.has(role)),
    foreign: rightsOf(head.resources)
      .filter(({ name }) => !before.has(name))
      .map(({ name, trust }) => ({
        role: name,
        takenBy: trust.flatMap((each) => foreignIn(each, head.accountId)),
      }))
      .filter(({ takenBy }) => takenBy.length > 0),
    gone: [...before.keys()].filter((role) => !after.has(role)),
  }
}

const lifted = (denial: Grant): Grant => ({
  ...denial,
  action: denial.action.replace(/^never /, 'no longer denied: '),
})

const isEmpty = ({ gains, loses, takenBy, managed }: RoleDelta) =>
  [gains, loses, takenBy.gains, takenBy.loses, managed.gains, managed.loses].every(
    (list) => list.length === 0,
  )

/** Grants in few words: actions that share a resource stand together. */
export function grantWords(grants: Grant[]): string[] {
  const byPlace = new Map<string, string[]>()
  for (const { action, resource, conditions } of grants) {
    const place = `${resource}${conditions && ` if ${conditions}`}`
    byPlace.set(place, [...(byPlace.get(place) ?? []), action])
  }
  return [...byPlace].map(([place, actions]) => `${[...new Set(actions)].join(', ')} on ${place}`)
}
