import { spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { lock, lockInsteadOf, readLock } from '../../migration/journal/lock.ts'
import { startOf } from '../../migration/journal/process-start.ts'
import { parseSite } from '../../migration/site.ts'
import { deskStore } from '../../migration/store/open.ts'
import { demandTakeOver } from '../../migration/take-over.ts'
import { testSandbox } from '../postgres.ts'

/** What the platform does not tell cannot be compared. */
const testWhereTold = startOf(process.pid) ? test : test.skip

async function locked(t: ExecutionContext) {
  const journal = mkdtempSync(join(testSandbox().dir, 'lock-'))
  const nowhere = { url: 'postgres://127.0.0.1:1/pay' }
  const site = parseSite(JSON.stringify({ source: nowhere, target: nowhere, journal }), '/site.yaml')
  const desk = deskStore(site)
  t.teardown(await lock(desk, 'cutover', { beatMs: 50 }))
  const holder = JSON.parse((await desk.read('lock.json')) ?? '')
  return {
    desk,
    holder,
    change: (more: object) => desk.put('lock.json', JSON.stringify({ ...holder, ...more })),
    takeOver: () => demandTakeOver(site, { person: 'dora', yes: true, takeOver: false, say: () => {} }),
  }
}

/** A process that lives, and is none of ours. */
function stranger(t: ExecutionContext): number {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  t.teardown(() => child.kill('SIGKILL'))
  return child.pid ?? 0
}

testWhereTold('another process that has the holder’s number now is not taken for the holder', async (t) => {
  const { desk, change, takeOver, holder } = await locked(t)
  t.true((await readLock(desk))?.alive)
  t.is(holder.start.boot.length, 36)
  await change({ pid: stranger(t) })
  t.like(await readLock(desk), { alive: false })
  t.regex((await readLock(desk))?.explanation ?? '', /that process is gone: its lock is stale/)
  t.like(await takeOver(), { alive: false })
})

testWhereTold('a lock of an earlier start of the machine is judged by its sign of life', async (t) => {
  const { desk, change, holder } = await locked(t)
  await change({ start: { ...holder.start, boot: 'an earlier one' } })
  // Its holder beats, so it is another machine with this one's name.
  t.true((await readLock(desk, 100))?.alive)
  const before = parseSite(
    JSON.stringify({
      source: { url: 'postgres://127.0.0.1:1/pay' },
      target: { url: 'postgres://127.0.0.1:1/pay' },
      journal: mkdtempSync(join(testSandbox().dir, 'rebooted-')),
    }),
    '/site.yaml',
  )
  await deskStore(before).create(
    'lock.json',
    JSON.stringify({ ...holder, start: { ...holder.start, boot: 'an earlier one' } }),
  )
  const standing = await readLock(deskStore(before), 50)
  t.false(standing?.alive)
  t.regex(standing?.explanation ?? '', /it has given no sign for 0.15 s: its lock is stale/)
})

test('where nothing tells when a process was started, its number says whether it lives', async (t) => {
  const { desk, change } = await locked(t)
  await change({ pid: stranger(t), start: undefined })
  t.true((await readLock(desk))?.alive)
})

test('who cannot look whether it has the lock puts back the one that it took', async (t) => {
  const { desk, holder } = await locked(t)
  let reads = 0
  const failing = {
    ...desk,
    read: async (key: string) => {
      if (++reads === 2) throw new Error('the store is away')
      return desk.read(key)
    },
  }
  await t.throwsAsync(lockInsteadOf(failing, holder, 'resume'), { message: 'the store is away' })
  t.deepEqual(JSON.parse((await desk.read('lock.json')) ?? ''), holder)
})

function signal() {
  let give = () => {}
  const given = new Promise<void>((resolve) => {
    give = resolve
  })
  return { given, give }
}

test('of two who take over at once one is told', async (t) => {
  const { desk, holder } = await locked(t)
  // Both have read it when the first writes, and the first looks again when the other has written.
  const wrote = { first: signal(), other: signal() }
  const first = {
    ...desk,
    put: (...args: Parameters<typeof desk.put>) => desk.put(...args).then(wrote.first.give),
    async read(key: string) {
      const text = await desk.read(key)
      if (text === JSON.stringify(holder)) return text
      await wrote.other.given
      return desk.read(key)
    },
  }
  const other = {
    ...desk,
    put: (...args: Parameters<typeof desk.put>) =>
      wrote.first.given.then(() => desk.put(...args)).then(wrote.other.give),
  }
  const tries = await Promise.allSettled(
    [first, other].map((store, at) => lockInsteadOf(store, holder, 'resume', { person: `person ${at}` })),
  )
  t.deepEqual(
    tries.map(({ status }) => status),
    ['rejected', 'fulfilled'],
  )
  const { reason } = tries[0] as PromiseRejectedResult
  t.regex(reason.message, /«resume» runs since .*wait until it has ended; it settles what a run has left/)
  for (const won of tries) if (won.status === 'fulfilled') await won.value()
})
