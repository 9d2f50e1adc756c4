import type { Violation } from './explore.ts'
import { WHOLE } from './rules.ts'
import { type Database, initial, type State } from './state.ts'

/** A counter-example as a page: one line a step, then what the step changed. */
export function printTrace({ property, why, trace }: Violation): string {
  let before = facts(initial(WHOLE))
  const lines = trace.map(({ move, state }, i) => {
    const now = facts(state)
    const changes = Object.entries(now).filter(([key, value]) => value !== before[key])
    before = now
    const suffix = changes.map(([key, value]) => `\n       ${key}: ${value}`).join('')
    return `${String(i + 1).padStart(4)}  ${move.who.padEnd(12)}  ${move.act}${suffix}`
  })
  return [`«${property}» is broken after ${trace.length} steps`, ...lines, `      ⇒ ${why}`].join('\n')
}

function facts(s: State): Record<string, string> {
  const result: Record<string, string> = { source: database(s.source), target: database(s.target) }
  s.links.forEach((link, i) => {
    const made = link.slot || link.subscription !== 'none'
    result[`link of epoch ${i}`] = made
      ? `${link.slot ? `slot retains {${writes(link.pending)}}` : 'no slot'}, subscription ${link.subscription}`
      : 'none'
  })
  result.gate = `${s.gate.paused ? 'paused' : `open towards ${s.gate.route}`}, token ${s.gate.token}`
  return result
}

const database = (d: Database): string =>
  `${d.open ? 'open' : 'fenced'}, token ${d.token}, ` + `sequence ${d.sequence}, writes {${writes(d.rows)}}`

const writes = (mask: number): string => [1, 2].filter((write) => mask & write).join(' ')
