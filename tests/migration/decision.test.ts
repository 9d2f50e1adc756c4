import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import fc from 'fast-check'
import type { Verdict } from '../../migration/decision/decision.ts'
import { decisionFiles } from '../../migration/decision/files.ts'
import { testSandbox } from '../postgres.ts'

const folder = () => mkdtempSync(join(testSandbox().dir, 'decisions-'))

test('whoever decides, all read the same verdict, and only one made it', async (t) => {
  const decider = fc.record({
    by: fc.stringMatching(/^[a-z]{1,8}$/),
    verdict: fc.constantFrom<Verdict>('forward', 'back'),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(decider, { minLength: 2, maxLength: 6, selector: ({ by }) => by }),
      async (deciders) => {
        const place = folder()
        const decisions = await Promise.all(
          deciders.map(({ by, verdict }) => decisionFiles(place).decide(7, verdict, by)),
        )
        t.is(new Set(decisions.map((decision) => JSON.stringify(decision))).size, 1)
        const [made] = decisions
        t.true(deciders.some(({ by, verdict }) => by === made?.by && verdict === made.verdict))
        t.deepEqual(await decisionFiles(place).read(7), made)
      },
    ),
    { numRuns: 30 },
  )
})

test('both candidates are on disk before the pause', async (t) => {
  const place = folder()
  await decisionFiles(place).prepare(3, 'runner a/1')
  t.deepEqual(readdirSync(place).sort(), ['epoch-3.back.runner_a_1', 'epoch-3.forward.runner_a_1'])
  t.is(await decisionFiles(place).read(3), undefined)
})

test('the latest epoch is the highest that has a record', async (t) => {
  const store = decisionFiles(folder())
  t.is(await store.latestEpoch(), 0)
  await store.prepare(12, 'a')
  await store.decide(2, 'forward', 'a')
  await store.decide(10, 'back', 'a')
  t.is(await store.latestEpoch(), 10)
})

test('preparing once more does not write into the record that stands', async (t) => {
  const store = decisionFiles(folder())
  await store.prepare(5, 'runner host 1')
  const made = await store.decide(5, 'forward', 'runner host 1')
  await store.prepare(5, 'runner host 1')
  t.deepEqual(await store.read(5), made)
})

test('a folder that cannot be read is not taken for one without decisions', async (t) => {
  const place = join(folder(), 'decisions')
  t.is(await decisionFiles(place).latestEpoch(), 0)
  writeFileSync(place, 'not a folder')
  await t.throwsAsync(decisionFiles(place).latestEpoch(), { code: 'ENOTDIR' })
})
