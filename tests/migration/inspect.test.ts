import { existsSync } from 'node:fs'
import test from 'ava'
import { alarmRunbooks, runbookFile } from '../../components/alarm.ts'
import { attemptToken } from '../../migration/epoch.ts'
import { linkName } from '../../migration/replication.ts'
import { createTestbed, type Testbed, testServers } from './testbed.ts'

const servers = await testServers()

async function inspecting(bed: Testbed) {
  const run = await bed.run('source')
  const said: string[] = []
  const context = Object.assign(run.context, { say: (text: string) => said.push(text) })
  return { run, said, context }
}

async function replicated(): Promise<Testbed> {
  const bed = await createTestbed(servers)
  await bed.pay()
  const run = await bed.run('source')
  await run.all(['check-databases', 'install-fence', 'subscribe-target', 'await-caught-up'])
  await run.close()
  return bed
}

test('every alarm of the program has its runbook', (t) => {
  t.deepEqual(
    alarmRunbooks.filter((name) => !existsSync(runbookFile(name))),
    [],
  )
})

test.serial('a healthy link is shown as one, and proved', async (t) => {
  const bed = await replicated()
  const { run, said } = await inspecting(bed)
  await run.step('inspect-replication')
  const text = said.join('\n')
  t.regex(text, /source: system of record\n {2}slot lift_pay_\d+_e0: read, holds/)
  t.regex(text, /target: fenced\n {2}subscription lift_pay_\d+_e0: worker waits/)
  await run.step('prove-link')
  await run.close()
  await bed.close()
})

test.serial('a link that stands still is shown with its reason', async (t) => {
  const bed = await replicated()
  const blocker = await bed.connect('target', 'superuser')
  await blocker.query('begin; lock table public.payments in exclusive mode')
  await bed.pay()
  const { run, said } = await inspecting(bed)
  for (let looks = 0; looks < 500 && !said.join().includes('BLOCKED'); looks++)
    await run.step('inspect-replication')
  t.regex(said.join('\n'), /BLOCKED by process \d+/)
  await blocker.query('rollback')
  const link = linkName(bed.site, 0)
  await (await bed.connect('target', 'superuser')).query(`alter subscription ${link} disable`)
  await t.throwsAsync(run.step('prove-link'), { message: /no subscription runs there/ })
  await run.close()
  await bed.close()
})

test.serial('a gate that points astray is shown and corrected', async (t) => {
  const bed = await replicated()
  await bed.gate.pause(attemptToken(0), 100)
  await bed.gate.route(attemptToken(0), { side: 'target', host: '127.0.0.1', port: servers.target.port })
  const { run, said } = await inspecting(bed)
  await run.step('align-gates')
  t.regex(said.join('\n'), /gate 1: paused → target, 0 waiting {2}← WRONG/)
  t.like((await bed.gate.state())[0], { state: 'open', route: 'source' })
  await t.notThrowsAsync(bed.pay())
  await run.close()
  await bed.close()
})
