/** The entries that lead to each side lead to the servers that the site names; run by preflight.test.ts. */
import { readFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { ExecutionContext } from 'ava'
import { needs } from '../../parts.ts'
import type { Gated } from './pgbouncer.ts'
import { said, type World } from './world.ts'

/** The port of an address that means the target to whoever comes first, and the source to everybody else. */
async function twofold(t: ExecutionContext, { servers }: World): Promise<number> {
  let connections = 0
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    const way = connect(servers[connections++ === 0 ? 'target' : 'source'].port, '127.0.0.1')
    sockets.push(socket, way)
    for (const each of [socket, way]) each.on('error', () => {})
    socket.pipe(way).pipe(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

export function testEntries(world: () => Promise<Gated>): void {
  const test = needs('pgbouncer')

  test.serial('an entry that leads to another server by the target’s port and name is found', async (t) => {
    const gated = await world()
    const clean = readFileSync(gated.ini, 'utf8')
    for (const [name, says] of [
      [
        'pgbouncer-side-entries',
        /the entry pay_1__target leads to 127.0.0.1:\d+.pay_1, which is another server than the site's target → write «pay_1__target = host=127.0.0.1 port=\d+ dbname=pay_1»/,
      ],
      [
        'gate-login',
        /«pay_1__target» of PgBouncer at \S+ leads to another database than the site's target: write the target's host, port and dbname into it, and RELOAD → .*the gate must lead there/,
      ],
    ] as const) {
      const port = await twofold(t, gated)
      const url = new URL(gated.bed.site.target.url)
      url.port = String(port)
      await gated.write((text) => text.replace(/^(pay_1__target = .*) port=\d+/m, `$1 port=${port}`))
      const site = { gate: gated.gate, target: { url: url.href } }
      const [outcome] = (await gated.check({ name, ownGate: true, site })).outcomes
      await gated.write(() => clean)
      t.is(outcome?.state, 'failed')
      t.regex(said(outcome!), says)
    }
  })

  test.serial(
    'an entry whose side lets nobody log in is left to «gate-login», and that is said',
    async (t) => {
      const { check, gate, on, app } = await world()
      await on(
        'target',
        `alter role ${app} nologin; select pg_terminate_backend(pid) from pg_stat_activity where usename = '${app}'`,
      )
      const report = await check({ name: 'pgbouncer-side-entries', ownGate: true, site: { gate } })
      await on('target', `alter role ${app} login`)
      t.is(report.outcomes[0]?.state, 'passed')
      t.regex(
        report.notes.join(),
        /pay_1__target leads to 127.0.0.1:\d+.pay_1; whether that is the target could not be asked there: /,
      )
    },
  )
}
