import { secretReader } from '../aws/secrets.ts'
import { addressOf } from '../database.ts'
import type { Site } from '../site.ts'
import { agentsGate } from './agents.ts'
import type { WriteGate } from './gate.ts'
import { pgbouncerGate } from './pgbouncer.ts'
import { poolerTasks } from './pooler-tasks.ts'
import { poolersGate } from './poolers.ts'
import { routeTable } from './route-store.ts'

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
    case 'poolers': {
      const { tasks, agentKeySecret, routeTable: table, database, region } = site.gate
      const find =
        'agents' in tasks
          ? async () => tasks.agents
          : poolerTasks(tasks.cluster, tasks.service, tasks.agentPort, region)
      const secret = secretReader(region)
      return poolersGate({
        find,
        key: () => secret(agentKeySecret),
        routes: routeTable(table, database, region),
        addressOf: (side) => addressOf(site, side),
      })
    }
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
