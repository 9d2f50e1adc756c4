import { CHECKS, isAboutPaths, PROPERTIES, type Property } from './properties.ts'
import { Rescue } from './rescue.ts'
import type { Rules } from './rules.ts'
import type { State } from './state.ts'
import type { Move } from './transitions.ts'
import { Walk } from './walk.ts'

/** A way from the start: each step and the state after it. */
export type Trace = { move: Move; state: State }[]

export interface Violation {
  property: Property
  why: string
  /** No other trace is shorter. */
  trace: Trace
}

export interface Exploration {
  states: number
  transitions: number
  ms: number
  /** Time of the processor, which other load on the machine does not lengthen. */
  cpuMs: number
  /** Which of the situations asked for never came up. */
  unseen: string[]
  violation?: Violation
}

export interface Question {
  /** Properties to look at; all of them when left out. */
  properties?: readonly Property[]
  /** Situations that should come up, by name: a model that never gets there proves nothing about them. */
  situations?: Record<string, (s: State) => boolean>
}

/** Visits every reachable state, nearest first, until one breaks a property. */
export function explore(
  rules: Rules,
  { properties = PROPERTIES, situations = {} }: Question = {},
): Exploration {
  const started = performance.now()
  const cpuBefore = process.cpuUsage()
  const checks = properties.flatMap((property) =>
    isAboutPaths(property) ? [] : [{ property, check: CHECKS[property] }],
  )
  const paths = properties.filter(isAboutPaths)
  const rescue = paths.length > 0 ? new Rescue() : undefined
  const unseen = new Map(Object.entries(situations))
  let broken: { at: number; property: Property; why: string } | undefined

  const walk = new Walk(rules)
  walk.run(
    (state, at) => {
      rescue?.addState(state, at)
      for (const [name, isIt] of unseen) if (isIt(state)) unseen.delete(name)
      for (const { property, check } of checks) {
        const why = check(state)
        if (why === undefined) continue
        broken = { at, property, why }
        return true
      }
      return false
    },
    (before, after, move) => rescue?.addMove(before, after, move),
  )
  for (const property of paths) {
    const stuck = broken === undefined ? rescue?.firstStuck(walk.states, property) : undefined
    if (stuck !== undefined) broken = { ...stuck, property }
  }

  const cpu = process.cpuUsage(cpuBefore)
  const exploration = {
    states: walk.states,
    transitions: walk.transitions,
    ms: Math.round(performance.now() - started),
    cpuMs: Math.round((cpu.user + cpu.system) / 1000),
    unseen: [...unseen.keys()],
  }
  if (broken === undefined) return exploration
  const { at, property, why } = broken
  return { ...exploration, violation: { property, why, trace: walk.traceTo(at) } }
}
