/** What a watchdog takes on, and what it leaves alone. */
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { decisionStore } from '../../migration/decision/files.ts'
import type { WriteGate } from '../../migration/gate/gate.ts'
import type { Site } from '../../migration/site.ts'
import { deskStore } from '../../migration/store/open.ts'
import { type Mailbox, mailbox } from '../../migration/watchdog/mailbox.ts'
import { watch } from '../../migration/watchdog/watchdog.ts'
import { testSandbox } from '../postgres.ts'
import { createTestbed, testServers } from './testbed.ts'

const servers = await testServers()

const late = { epoch: 1, from: 'source' as const, forward: 'lift_1', deadlineMs: 0 }

for (const [what, change] of [
  ['finished', (box: Mailbox) => box.disarm(1)],
  ['given more time', (box: Mailbox) => box.ease({ ...late, deadlineMs: 60_000 })],
] as const) {
  test.serial(`a switchover that was ${what} while the watchdog looked is left alone`, async (t) => {
    const site = { journal: mkdtempSync(join(testSandbox().dir, 'desk-')) } as Site
    const box = mailbox(deskStore(site))
    await box.ease(late)
    let decided = 0
    // Called after the watchdog has read what stands, and before it acts on it.
    const prepare = async () => change(box)
    const decide = async () => {
      decided++
      throw new Error('nothing was to be decided')
    }
    const decisions = { prepare, decide, read: async () => undefined, latestEpoch: async () => 0 }
    const stop = new AbortController()
    const nothing = () => {}
    const means = { site, decisions, gate: { state: async () => [] } as unknown as WriteGate }
    const watching = watch(site, { armed: nothing, settled: nothing, failed: nothing }, stop.signal, means)
    await box.expectWatchdog()
    await box.expectWatchdog()
    stop.abort()
    await watching
    t.is(decided, 0)
  })
}

test.serial(
  'a watchdog that cannot act takes nothing, and one whose login was rotated reads it anew',
  async (t) => {
    const bed = await createTestbed(servers)
    const box = mailbox(deskStore(bed.site))
    const old = { ...bed.site, target: { url: bed.site.target.url.replace(/\/\/[^@]*@/, '//nobody:old@') } }
    const meansWith = (site: Site) => ({ site, gate: bed.gate, decisions: decisionStore(site) })
    const arming = { epoch: 1, from: 'source', forward: 'lift_none', deadlineMs: 60_000 } as const
    const failures: string[] = []
    const events = {
      armed: () => {},
      settled: () => {},
      failed: (_: unknown, error: Error) => failures.push(error.message),
    }
    const one = new AbortController()
    const unable = watch(old, events, one.signal, meansWith(old))
    await t.throwsAsync(box.arm(arming), { message: /did not take epoch 1/ })
    t.regex(failures[0] ?? '', /the target database at .* cannot be reached: .*nobody/)
    one.abort()
    await unable
    const two = new AbortController()
    const renewed = watch(old, events, two.signal, meansWith(old), async () => meansWith(bed.site))
    await t.notThrowsAsync(box.arm(arming))
    await box.disarm(1)
    two.abort()
    await renewed
    await bed.close()
  },
)

test.serial('a run is not begun under a watchdog of another version', async (t) => {
  const desk = deskStore({ journal: mkdtempSync(join(testSandbox().dir, 'desk-')) } as Site)
  const arming = { epoch: 1, from: 'source', forward: 'lift_none', deadlineMs: 60_000 } as const
  let beat = 0
  const beating = setInterval(
    () => desk.put('watchdog/heartbeat.json', JSON.stringify({ pid: 42, beat: beat++, armed: [1] })),
    20,
  )
  await t.throwsAsync(mailbox(desk).arm(arming), {
    message: /the watchdog \(process 42\) is of another version than this runbook: start it anew/,
  })
  clearInterval(beating)
  t.deepEqual(await mailbox(desk).armings(), [])
})
