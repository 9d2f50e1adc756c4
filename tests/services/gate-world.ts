import type { ExecutionContext } from 'ava'
import type { PostgresServer } from '../../rehearsal/postgres/server.ts'
import { Gate } from '../../services/payments/gate.ts'
import { createGateServer } from '../../services/payments/gate-server.ts'
import { paymentsApp, paymentsDatabase } from './payments-world.ts'

let made = 0

/** An application on the source behind its gate, and the same database and role on the target. */
export async function gateWorld(
  t: ExecutionContext,
  source: PostgresServer,
  target: PostgresServer,
  file?: string,
) {
  const name = `gate_${++made}`
  const [from, to] = await Promise.all([paymentsDatabase(t, source, name), paymentsDatabase(t, target, name)])
  const service = paymentsApp(t, from.url, { poolSize: 5 })
  const atSource = { side: 'source' as const, host: source.host, port: source.port }
  const atTarget = { side: 'target' as const, host: target.host, port: target.port }
  const gate = new Gate(service.database, { epoch: 0, state: 'open', route: atSource }, file)
  const server = createGateServer(gate)
  t.teardown(() => server.close())
  const act = async (path: string, payload: object) => {
    const answer = await server.inject({ method: 'POST', url: `/gate/${path}`, payload })
    return { status: answer.statusCode, ...answer.json() }
  }
  const status = async () => (await server.inject('/gate')).json()
  const sessions = async (where: typeof from) =>
    (await where.owner.query('select from pg_stat_activity where usename = $1', [name])).rowCount
  return { from, to, atSource, atTarget, act, status, sessions, ...service }
}
