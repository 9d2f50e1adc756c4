import test from 'ava'
import { thorough } from '../parts.ts'
import { Proposals } from './change.ts'
import { harmful } from './harmful/index.ts'
import { harmless } from './harmless.ts'

/** All changes run in this one process, which loads Pulumi once; ava would give each file its own. */
let proposals: Proposals
test.before(async () => {
  proposals = await Proposals.open()
})
test.after.always(() => proposals?.close())

/** Every eighth is the sample; each takes a second. */
const chosen = <T>(changes: T[]): T[] => changes.filter((_, index) => thorough || index % 8 === 0)

test('there are forty harmful and twenty harmless changes at least', (t) => {
  t.true(harmful.length >= 40)
  t.true(harmless.length >= 20)
  const run = chosen([...harmful]).length + chosen([...harmless]).length
  t.log(`${run} of ${harmful.length + harmless.length} run here; THOROUGH=1 runs all`)
})

test.serial('the program as it is breaks no rule but with a waiver', async (t) => {
  for (const stack of ['dev', 'prod'])
    for (const at of [
      { phase: 'canary', weight: 0 },
      { phase: 'cutover', weight: 100 },
    ] as const)
      t.deepEqual(await proposals.broken({ stack, ...at, fromPhase: at.phase, fromWeight: at.weight }), [])
})

for (const change of chosen(harmful)) {
  test.serial(`called out: ${change.title}`, async (t) => {
    const { seen } = await proposals.report(change)
    for (const words of change.calls) t.regex(seen, words)
    t.regex(seen, /^## (⛔|⚠️)/)
  })
}

for (const change of chosen(harmless)) {
  test.serial(`not called out: ${change.title}`, async (t) => {
    const { seen, view } = await proposals.report(change)
    t.deepEqual(view.findings, [])
    t.regex(seen, /^## ✅/)
  })
}
