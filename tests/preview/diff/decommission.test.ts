import test from 'ava'
import type { Removal } from '../../../phases.ts'
import '../../../preview/lean.ts'
import { analyse, type StackReport } from '../../../preview/diff/analyse.ts'
import { leaving } from '../../../preview/diff/leaving.ts'
import { type Program, Programs } from '../../../preview/diff/program.ts'
import type { Attempt } from '../../../preview/diff/side.ts'
import { baseAsks, headAsks } from '../../../preview/diff/stands.ts'
import { worldOf } from '../../../preview/diff/world.ts'
import { findings } from '../../../preview/report/find.ts'
import type { Finding } from '../../../preview/report/finding.ts'
import { readPrices } from '../../../prices/list.ts'
import { projectFolder, readStackFile } from '../../../settings/stack-file.ts'

let programs: Programs
let program: Program
test.before(async () => {
  programs = await Programs.open()
  program = await programs.load()
})
test.after.always(() => programs?.close())

const world = worldOf(projectFolder)
const tools = { prices: readPrices(), worlds: { base: world, head: world }, today: new Date('2026-11-25') }

const known = new Map<string, Promise<Attempt>>()
/** A stack that is kept, where it stands after cutover. */
function stand(stack: string, phase: 'cutover' | 'decommission', removal: Removal = 'unprotect') {
  const key = [stack, phase, removal].join()
  const config = {
    ...readStackFile(stack),
    'payments-lift:disposable': 'false',
    'payments-lift:removal': removal,
  }
  const read = known.get(key) ?? program.read({ stack, phase, weight: 100 }, config)
  known.set(key, read)
  return read
}
const report = (base: Attempt, head: Attempt): StackReport => analyse('prod', { base, head }, {}, tools)
const stops = (list: Finding[]) => list.filter(({ level }) => level === 'stop').map(({ says }) => says)

test('both ups of decommission may pass, and what goes is told', async (t) => {
  for (const stack of ['prod', 'dev']) {
    const cutover = await stand(stack, 'cutover')
    const unprotected = await stand(stack, 'decommission')
    const removed = await stand(stack, 'decommission', 'remove')
    const first = findings([report(cutover, unprotected)])
    t.deepEqual(stops(first), [])
    t.true(first.some(({ says }) => says.startsWith('Pulumi would destroy it without asking')))
    const second = findings([report(unprotected, removed)])
    t.deepEqual(stops(second), [])
    for (const words of [
      /^would be destroyed: the link to on-premises/,
      /^would be destroyed: the way requests go/,
    ])
      t.true(
        second.some(({ level, says }) => level === 'look' && words.test(says)),
        String(words),
      )
    t.true(second.some(({ kind, says }) => kind === 'step' && /^removal unprotect → remove/.test(says)))
  }
})

test('what decommission lists is what the program removes', async (t) => {
  const removed = async (stack: string) =>
    report(await stand(stack, 'decommission'), await stand(stack, 'decommission', 'remove'))
      .now!.changes.filter(({ op }) => op === 'delete')
      .map(({ type, name }) => `${type} ${name}`)
  const gone = new Set([...(await removed('prod')), ...(await removed('dev'))])
  for (const [type, names] of Object.entries(leaving))
    for (const name of names) t.true(gone.has(`${type} ${name}`), `${type} ${name}`)
})

test('a loss that is not of the move still stops it', async (t) => {
  const [cutover, unprotected] = [await stand('prod', 'cutover'), await stand('prod', 'decommission')]
  const removed = await stand('prod', 'decommission', 'remove')
  const without = (attempt: Attempt, name: string): Attempt => ({
    side: { ...attempt.side!, resources: attempt.side!.resources.filter((each) => each.name !== name) },
  })
  // Not listed.
  t.regex(stops(findings([report(unprotected, without(removed, 'database-cluster'))])).join(), /all rows/)
  // Listed, but removed in the up that only unprotects; and in one that goes nowhere.
  for (const base of [cutover, unprotected])
    t.regex(stops(findings([report(base, without(unprotected, 'network-link-gateway'))])).join(), /the link/)
  // Both ups at once are illegal.
  t.regex(stops(findings([report(cutover, removed)])).join(), /two ups.*the link/)
})

test('what was removed does not come back, and that is asked of the program too', async (t) => {
  const [removed, unprotected] = [
    await stand('prod', 'decommission', 'remove'),
    await stand('prod', 'decommission'),
  ]
  t.regex(stops(findings([report(removed, unprotected)])).join(), /Legal: decommission with removal remove/)
  const at = (removal: Removal) => ({ phase: 'decommission', weight: 100, removal }) as const
  const [now] = headAsks('prod', at('remove'), at('unprotect'))
  const { refused } = await program.read(
    { ...now!.stand, phase: 'decommission', weight: 100 },
    { ...readStackFile('prod'), 'payments-lift:removal': 'unprotect' },
  )
  t.regex(refused ?? '', /cannot move to removal unprotect/)
  t.is(headAsks('prod', at('remove'), at('remove')).length, baseAsks('prod', at('remove')).length)
})
