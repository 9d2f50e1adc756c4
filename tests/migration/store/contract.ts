import type { ExecutionContext } from 'ava'
import fc from 'fast-check'
import type { Verdict } from '../../../migration/decision/decision.ts'
import { decisionRecords } from '../../../migration/decision/records.ts'
import { lock, readLock } from '../../../migration/journal/lock.ts'
import type { Store } from '../../../migration/store/store.ts'
import { mailbox } from '../../../migration/watchdog/mailbox.ts'

/** What every implementation of Store must do; `again` opens the same place once more, as another process would. */
export async function keepsTheContract(t: ExecutionContext, again: () => Store): Promise<void> {
  const store = again()
  t.is(await store.read('a/one'), undefined)
  t.deepEqual(await store.list('a/'), [])
  await store.remove('a/one')

  t.true(await store.create('a/one', 'first'))
  t.false(await again().create('a/one', 'second'), 'a key is created once')
  t.is(await again().read('a/one'), 'first', 'a refused create changes nothing')

  await store.put('a/one', 'replaced «é»')
  await store.put('a/two', 'new', 'passing')
  await store.put('b/three/deep', '')
  t.is(await again().read('a/one'), 'replaced «é»')
  t.is(await again().read('b/three/deep'), '')
  t.deepEqual(await again().list('a/'), ['a/one', 'a/two'])
  t.deepEqual(await again().list('a/t'), ['a/two'])
  t.deepEqual(await again().list('b/'), ['b/three/deep'])
  t.deepEqual(await again().list(''), ['a/one', 'a/two', 'b/three/deep'])

  await store.remove('a/one')
  t.is(await again().read('a/one'), undefined)
  t.true(await store.create('a/one', 'once more'), 'a key that was removed can be created')
}

/** Many at once create one key: one is told that it did, and its text stands. */
export async function createsOnce(t: ExecutionContext, again: () => Store, numRuns: number): Promise<void> {
  let key = 0
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.stringMatching(/^[a-z]{1,6}$/), { minLength: 2, maxLength: 6 }),
      async (texts) => {
        const name = `once/${++key}`
        const made = await Promise.all(texts.map((text) => again().create(name, text)))
        t.is(made.filter(Boolean).length, 1)
        t.is(await again().read(name), texts[made.indexOf(true)])
      },
    ),
    { numRuns },
  )
}

/** Decision record, lock and mailbox on any store. */
export async function servesTheLift(t: ExecutionContext, again: () => Store): Promise<void> {
  const sides: Verdict[] = ['forward', 'back']
  await decisionRecords(again()).prepare(7, 'runner')
  t.is(await decisionRecords(again()).read(7), undefined)
  const decisions = await Promise.all(
    sides.map((verdict) => decisionRecords(again()).decide(7, verdict, `who says ${verdict}`)),
  )
  t.deepEqual(decisions[0], decisions[1], 'all obey one record')
  t.deepEqual(await decisionRecords(again()).read(7), decisions[0])
  t.is(await decisionRecords(again()).latestEpoch(), 7)

  const release = await lock(again(), 'cutover')
  await t.throwsAsync(lock(again(), 'rollback'), {
    message: /«cutover» runs since .*: wait until it has ended/,
  })
  await release()
  t.is(await readLock(again()), undefined)

  const arming = { epoch: 3, from: 'source' as const, forward: 'lift_1', deadlineMs: 5000 }
  const [runner, watchdog] = [mailbox(again()), mailbox(again())]
  const guarding = (async () => {
    for (let beat = 0; beat < 1000; beat++) {
      const armed = (await watchdog.armings()).map(({ epoch }) => epoch)
      await watchdog.beat({ pid: 1, beat, armed })
      if (armed.includes(3)) return
    }
  })()
  await Promise.all([
    runner.arm(arming),
    guarding.then(() => watchdog.beat({ pid: 1, beat: -1, armed: [3] })),
  ])
  t.deepEqual(await watchdog.armings(), [arming])
  await runner.disarm(3)
  t.true(await watchdog.released(3, 1000))
}

/** A lock of another machine is judged by its holder's sign of life. */
export async function judgesFarLocks(t: ExecutionContext, again: () => Store, beatMs = 100): Promise<void> {
  const far = { runbook: 'cutover', host: 'another machine', pid: 1, since: '2026-01-01T00:00:00.000Z' }
  await again().create('lock.json', JSON.stringify(far))
  let beat = 0
  const beating = setInterval(() => again().put('lock-beat.json', String(beat++), 'passing'), beatMs / 4)
  t.true((await readLock(again(), beatMs))?.alive)
  clearInterval(beating)
  await again().put('lock-beat.json', 'the last')
  const standing = await readLock(again(), beatMs)
  t.false(standing?.alive)
  t.regex(
    standing?.explanation ?? '',
    /another machine, process 1, but it has given no sign for [\d.]+ s: its lock is stale/,
  )
  await again().remove('lock.json')
}
