/** Nobody comes back: the watchdog opens the gate again, and who wakes up late is refused. */
import { spawn } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import test from 'ava'
import { decisionStore } from '../../migration/decision/files.ts'
import { StaleTokenError } from '../../migration/epoch.ts'
import { resume } from '../../migration/resume.ts'
import type { Site } from '../../migration/site.ts'
import type { StepName } from '../../migration/steps/index.ts'
import { deskStore } from '../../migration/store/open.ts'
import { settle } from '../../migration/switchover/settle.ts'
import { buildWatchdog } from '../../migration/watchdog/bundle.ts'
import { mailbox } from '../../migration/watchdog/mailbox.ts'
import { thorough } from '../parts.ts'
import { testSandbox } from '../postgres.ts'
import { until } from '../until.ts'
import { afterPause, beforePause, createTestbed, inPause, testServers } from './testbed.ts'

const servers = await testServers()
const deadlineMs = 1000
const graceMs = 1000
/** For what follows once the watchdog has done its part: that must succeed on a slow machine too. */
const unhurried = { deadlineMs: 30_000 }

async function ready(deadline = deadlineMs) {
  const bed = await createTestbed(servers, { deadlineMs: deadline })
  bed.startWatchdog()
  await bed.pay()
  const replicate = await bed.run('source')
  await replicate.all(['check-databases', 'install-fence', 'subscribe-target', 'await-caught-up'])
  await replicate.close()
  return bed
}

const steps: StepName[] = [...inPause]

/** The sample: before and after the fence, and both sides of the decision. */
const sample: StepName[] = ['pause', 'turn-replication', 'decide', 'open']
for (const last of thorough ? steps : sample) {
  test.serial(
    `a runner that vanishes after «${last}»: writes are possible again in time, and nothing is lost`,
    async (t) => {
      if (!thorough && last === sample[0])
        t.log(`after ${sample.length} of ${steps.length} steps; THOROUGH=1 takes all`)
      const bed = await ready()
      const run = await bed.run('source')
      await run.all(beforePause)
      const before = await bed.pay()
      await run.all(steps.slice(0, steps.indexOf(last) + 1))
      const vanished = performance.now()
      // It is gone without a word: its sessions stay, as those of a stopped process do.
      const paid = await bed.pay()
      const waitedMs = performance.now() - vanished
      t.true(waitedMs < deadlineMs + graceMs, `waited ${waitedMs.toFixed(0)} ms`)
      const decided = steps.indexOf(last) >= steps.indexOf('decide')
      const record = decided ? 'target' : 'source'
      t.like((await bed.gate.state())[0], { state: 'open', route: record })
      const kept = await bed.payments(record)
      t.true(kept.includes(before) && kept.includes(paid))
      t.is(new Set(kept).size, kept.length)

      // It wakes up and goes on where it was: every act is refused, nothing changes sides.
      for (const step of steps.slice(steps.indexOf(last) + 1)) {
        // What it decided itself it may finish once more: that is what the watchdog did.
        if (!(decided && step === 'resume')) await t.throwsAsync(run.step(step), undefined, step)
      }
      t.like((await bed.gate.state())[0], { state: 'open', route: record })
      await run.close()

      // And the next switchover works, from wherever the system of record is now.
      await until(async () => (await run.context.watchdog.armings()).length === 0)
      const next = await bed.run(record, unhurried)
      await next.all([...beforePause, ...inPause, ...afterPause])
      const other = decided ? 'source' : 'target'
      const later = await bed.pay()
      const all = await bed.payments(other)
      for (const id of [before, paid, later]) t.true(all.includes(id))
      await next.close()
      await bed.close()
    },
  )
}

test.serial('without a watchdog nothing is paused', async (t) => {
  const bed = await createTestbed(servers)
  await bed.pay()
  const run = await bed.run('source')
  await run.all(['check-databases', 'install-fence', 'subscribe-target', 'await-caught-up'])
  await t.throwsAsync(run.step('preflight'), { message: /no watchdog answers/ })
  t.deepEqual(bed.gate.acts, [])
  await run.close()
  await bed.close()
})

for (const [last, down, record] of [
  ['fence', 'target', 'source'],
  ['decide', 'source', 'target'],
] as const) {
  test.serial(
    `the ${down} goes down after «${last}»: the ${record} opens without it, and the link is whole once it is back`,
    async (t) => {
      const bed = await ready()
      const run = await bed.run('source')
      await run.all(beforePause)
      await run.all(steps.slice(0, steps.indexOf(last) + 1))
      const began = performance.now()
      await servers[down].stop('immediate')
      const paid = await bed.pay()
      const waitedMs = performance.now() - began
      t.true(waitedMs < deadlineMs + graceMs, `waited ${waitedMs.toFixed(0)} ms`)
      t.true((await bed.payments(record)).includes(paid))
      await servers[down].start()
      await until(async () => (await run.context.watchdog.armings()).length === 0)
      await run.close()
      const next = await bed.run(record, unhurried)
      await next.all([...beforePause, ...inPause, ...afterPause])
      t.true((await bed.payments(down)).includes(paid))
      await next.close()
      await bed.close()
    },
  )
}

test.serial('a settler that comes too late ends no session of a newer switchover', async (t) => {
  const bed = await ready(unhurried.deadlineMs)
  const first = await bed.run('source')
  await first.all([...beforePause, ...inPause, ...afterPause])
  const { plan } = first.context.switchover
  await first.close()
  const second = await bed.run('target')
  await second.all([...beforePause, 'pause'])
  const means = { site: bed.site, gate: bed.gate, decisions: decisionStore(bed.site) }
  const late = { epoch: plan?.epoch ?? 0, from: 'source' as const, forward: plan?.forward ?? '' }
  await t.throwsAsync(settle(means, late, 'back', 'late'), { instanceOf: StaleTokenError })
  await second.all([...inPause.slice(1), ...afterPause])
  t.like((await bed.gate.state())[0], { state: 'open', route: 'source' })
  await second.close()
  await bed.close()
})

test.serial(
  'who wakes in «clear-away» after a later switchover leaves no guard that nobody can settle',
  async (t) => {
    const bed = await ready(unhurried.deadlineMs)
    const first = await bed.run('source')
    await first.all([...beforePause, ...inPause])
    const { plan } = first.context.switchover
    const means = { site: bed.site, gate: bed.gate, decisions: decisionStore(bed.site) }
    const old = { epoch: plan?.epoch ?? 0, from: 'source' as const, forward: plan?.forward ?? '' }
    await settle(means, old, 'back', 'who found it asleep')
    const box = mailbox(deskStore(bed.site))
    await box.disarm(old.epoch)
    const second = await bed.run('target')
    await second.all([...beforePause, ...inPause, ...afterPause])
    await second.close()
    await t.throwsAsync(first.step('clear-away'), {
      message: /refused an act of epoch 1: epoch 2 is already settled there; this run is over, see «status»$/,
    })
    t.deepEqual(await box.armings(), [])
    // It may have looked just before the guard was taken away, and set it after.
    await box.ease({ ...old, deadlineMs: 0 })
    await until(async () => (await box.armings()).length === 0)
    await box.ease({ ...old, deadlineMs: 60_000 })
    t.deepEqual(await resume(bed.site, 'a test', { means }), {})
    t.deepEqual(await box.armings(), [])
    t.like((await bed.gate.state())[0], { state: 'open', route: 'source' })
    await first.close()
    await bed.close()
  },
)

test.serial('its program keeps one that guards and one that stands by; without it both end', async (t) => {
  const folder = mkdtempSync(join(testSandbox().dir, 'watchdog-'))
  const site = join(folder, 'site.yaml')
  writeFileSync(
    site,
    'source: {url: "postgres://a@127.0.0.1:1/x"}\ntarget: {url: "postgres://a@127.0.0.1:1/y"}\n',
  )
  const program = spawn(process.execPath, [await buildWatchdog(), site], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  testSandbox().adopt(program)
  const guards: number[] = []
  createInterface({ input: program.stdout }).on('line', (line) => guards.push(JSON.parse(line).pid))
  const lives = mailbox(deskStore({ journal: join(folder, 'journal') } as Site))
  const guarding = (nth: number) => until(async () => (await lives.lastBeat())?.pid === (guards[nth] ?? -1))
  await guarding(0)
  process.kill(guards[0]!, 'SIGKILL')
  await guarding(1)
  // Nobody stands by yet, and still one is started.
  process.kill(guards[1]!, 'SIGKILL')
  await guarding(2)
  const gone = (pid: number) => until(async () => !alive(pid))
  program.kill('SIGKILL')
  // Otherwise there would be two once it is started again.
  for (const pid of guards) await gone(pid)
  t.is(new Set(guards).size, 3)
})

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
