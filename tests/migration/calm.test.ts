/** Before the pause the other side must follow closely: what it has not caught up with would be waited for. */
import test from 'ava'
import { decisionStore } from '../../migration/decision/files.ts'
import type { Site } from '../../migration/site.ts'
import { awaitCalm } from '../../migration/steps/calm.ts'
import { settle } from '../../migration/switchover/settle.ts'
import { replicated } from './replicated.ts'
import { beforePause, testServers } from './testbed.ts'

const servers = await testServers()

test('a link that follows is found quiet, and how closely it follows is said', async (t) => {
  const { run } = await replicated(t, servers)
  const said = await probed(run, { calmMs: 15_000, calmWaitMs: 60_000 })
  t.regex(said, /^the target follows: a value is there after \d+ ms$/)
})

test('a link that does not follow closely enough holds nobody up for ever: the run says so and goes on', async (t) => {
  const { run } = await replicated(t, servers)
  const said = await probed(run, { calmMs: 0, calmWaitMs: 300 })
  t.regex(
    said,
    /^no quiet moment: the last value took \d+ ms to the target, 0 of the application's 0 sessions were busy, 0 vacuums ran \(limits.calmMs is 0/,
  )
})

test('an application without a session to spare is not quiet: its requests wait', async (t) => {
  const { bed, run } = await replicated(t, servers)
  const sessions = await Promise.all(Array.from({ length: 5 }, () => bed.connect('source')))
  const begun = (count: number) =>
    Promise.all(sessions.slice(0, count).map((session) => session.query('begin')))
  await begun(4)
  t.regex(await probed(run, { calmMs: 15_000, calmWaitMs: 60_000 }), /^the target follows/)
  await begun(5)
  t.regex(
    await probed(run, { calmMs: 15_000, calmWaitMs: 300 }),
    /5 of the application's 5 sessions were busy/,
  )
})

test('what is applied waits for the disk from the arming on, and no longer when it goes back', async (t) => {
  const { bed, run, link } = await replicated(t, servers)
  // Whoever settles ends the run's own sessions.
  const target = await bed.connect('target', 'superuser')
  const commits = async () => {
    const sql = 'select subsynccommit as on from pg_subscription where subname = $1'
    return (await target.query(sql, [link])).rows[0].on
  }
  const [last, ...first] = [...beforePause].reverse()
  t.is(last, 'arm')
  await run.all(first.reverse())
  t.is(await commits(), 'off')
  await run.step('arm')
  t.is(await commits(), 'on')
  const means = { site: bed.site, gate: bed.gate, decisions: decisionStore(bed.site) }
  await settle(means, { epoch: 1, from: 'source', forward: link }, 'back', 'a test')
  t.is(await commits(), 'off')
})

async function probed(
  { context, step }: Awaited<ReturnType<typeof replicated>>['run'],
  limits: Partial<Site['limits']>,
): Promise<string> {
  await step('preflight') // plans the switchover
  const said: string[] = []
  const { lift } = context
  const site = { ...lift.site, limits: { ...lift.site.limits, ...limits } }
  await awaitCalm({ ...context, lift: { ...lift, site }, say: (text) => said.push(text) })
  return said.join('\n')
}
