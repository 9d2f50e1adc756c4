import { addressOf } from '../database.ts'
import type { Site } from '../site.ts'
import { agentsGate } from './agents.ts'
import type { WriteGate } from './gate.ts'
import { pgbouncerGate } from './pgbouncer.ts'

/** The write gate that the site file names. */
export function createGate(site: Site): WriteGate {
  switch (site.gate.kind) {
    case 'pgbouncer':
      return pgbouncerGate(site.gate)
    case 'agents':
      return agentsGate(
        site.gate.agents.map((agent) => agent.url),
        (side) => addressOf(site, side),
      )
    case 'none':
      return noGate()
  }
}

/** Without a gate writes fail during the switchover instead of waiting; the fence protects all the same. */
function noGate(): WriteGate {
  return {
    kind: 'none',
    pause: nothing,
    route: nothing,
    resume: nothing,
    send: nothing,
    probe: nothing,
    close: nothing,
    state: async () => [],
  }
}

async function nothing(): Promise<void> {}
