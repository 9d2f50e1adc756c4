import { setTimeout as delay } from 'node:timers/promises'
import { pgbouncerGate } from '../../migration/gate/pgbouncer.ts'
import { startPgbouncer } from '../../rehearsal/pgbouncer/server.ts'
import { needs } from '../parts.ts'
import { testSandbox } from '../postgres.ts'
import { openAs } from './replicated.ts'
import { execute, testServers } from './testbed.ts'

const servers = await testServers()
const withPooler = needs('pgbouncer')

withPooler.serial(
  'PAUSE holds everyone for one open transaction; a pooler that restarts knows its route',
  async (t) => {
    const app = { user: 'trapped', password: 'of-a-test' }
    for (const server of Object.values(servers)) {
      await execute(server.url('postgres'), `create role ${app.user} login password '${app.password}'`)
      await execute(server.url('postgres'), 'create database trapped')
    }
    const pooler = await startPgbouncer({
      name: 'trapped',
      sandbox: testSandbox(),
      database: 'trapped',
      app,
      ...servers,
    })
    const gate = pgbouncerGate({ database: 'trapped', poolers: [pooler], appUrl: pooler.appUrl })
    const [holder, other, admin] = await Promise.all([pooler.appUrl, pooler.appUrl, pooler.admin].map(openAs))
    await holder?.query('begin')
    const pausing = admin?.query('pause trapped').catch(() => {})
    // Only once the pause has reached the pooler do others wait.
    await openAs(pooler.admin).then((console) => console.query('show databases').then(() => console.end()))
    let answered = false
    const waiting = other?.query('select 1').then(() => {
      answered = true
    })
    await delay(300)
    t.false(answered, 'the trap')
    await holder?.query('commit')
    await pausing
    await admin?.query('resume trapped')
    await waiting

    await holder?.query('begin')
    await t.throwsAsync(gate.pause(2, 100), { message: /requests flow again/ })
    await t.notThrowsAsync(other?.query('select 1') ?? Promise.reject())
    await holder?.query('commit')

    await gate.pause(4, 1000)
    await gate.route(5, { side: 'target', host: '127.0.0.1', port: servers.target.port })
    await gate.resume(5)
    await pooler.restart()
    const again = await openAs(pooler.appUrl)
    t.is((await again.query('show server_version')).rows[0].server_version, servers.target.version)
    await Promise.allSettled([holder, other, admin, again].map((client) => client?.end()))
    await gate.close()
    pooler.child.kill('SIGQUIT')
  },
)
