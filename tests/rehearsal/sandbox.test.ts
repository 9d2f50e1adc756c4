import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import test from 'ava'
import pg from 'pg'
import { createSandbox } from '../../rehearsal/host/sandbox.ts'
import { testPostgres } from '../postgres.ts'
import { until } from '../until.ts'

test('both servers start together, of different versions, and answer', async (t) => {
  const servers = await Promise.all([testPostgres(t, 'source'), testPostgres(t, 'target')])
  for (const server of servers) {
    const client = new pg.Client(server.url('postgres'))
    await client.connect()
    t.is((await client.query('show wal_level')).rows[0].wal_level, 'logical')
    await client.end()
  }
  t.not(servers[0].version, servers[1].version)
})

for (const signal of ['SIGINT', 'SIGKILL'] as const) {
  test(`an owner ended by ${signal} leaves no server and no folder`, async (t) => {
    const owner = spawn(process.execPath, ['--import', 'tsx', 'tests/rehearsal/sandbox-owner.ts'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const lines = createInterface({ input: owner.stdout })
    const [line] = (await new Promise<string[]>((resolve) =>
      lines.once('line', (text) => resolve([text])),
    )) as [string]
    const { dir, pid, reaper } = JSON.parse(line) as { dir: string; pid: number; reaper: number }
    t.true(existsSync(dir))
    t.true(alive(pid))
    owner.kill(signal)
    await until(() => !alive(reaper))
    t.false(alive(pid))
    t.false(existsSync(dir))
  })
}

test('what is started while a sandbox closes does not stay', async (t) => {
  const sandbox = createSandbox('payments-lift-test-')
  const closed = sandbox.close()
  const late = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
  t.teardown(() => late.kill('SIGKILL'))
  sandbox.adopt(late)
  const [, signal] = await once(late, 'exit')
  t.is(signal, 'SIGKILL')
  await closed
})

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
