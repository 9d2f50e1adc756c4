import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Engine } from '../../engine/harness.ts'
import { needs } from '../parts.ts'
import { danglingArns } from './dangling.ts'
import { Lift, losses, type Stand, told } from './lift.ts'

const test = needs('pulumi CLI')
let engine: Engine
test.before(async () => {
  engine = await Engine.start()
})
test.after.always(() => engine?.close())

const weights = [0, 1].map((i) => `defaultActions[0].forward.targetGroups[${i}].weight`)
/** What `decommission` may delete, by name: what served the source only. */
const ofTheSource = /link|onPremises/i

/** The whole lift of a stack. `again`: a second `up` follows, and must change nothing. */
const path = (disposable: boolean): (Stand & { again?: boolean })[] => [
  { phase: 'foundation', weight: 0, again: true },
  { phase: 'replicate', weight: 0, again: true },
  { phase: 'canary', weight: 0, again: true },
  ...(disposable ? [] : [1, 50].map((weight) => ({ phase: 'canary' as const, weight }))),
  { phase: 'canary', weight: 100 },
  { phase: 'cutover', weight: 100, again: true },
  ...(disposable
    ? []
    : [{ phase: 'decommission' as const, weight: 100, removal: 'unprotect' as const, again: true }]),
  { phase: 'decommission', weight: 100, removal: 'remove', again: true },
]

for (const stack of ['dev', 'staging', 'prod']) {
  const settings = readFileSync(join(import.meta.dirname, `../../Pulumi.${stack}.yaml`), 'utf8')
  const disposable = settings.includes('payments-lift:disposable: true')
  const accountId = /allowedAccountIds: \["(\d+)"\]/.exec(settings)![1]!
  let lift: Lift
  test.serial(`${stack}: a stack that was never deployed starts with foundation only`, async (t) => {
    lift = await Lift.start(engine, stack)
    const { ok, errors } = await lift.to({ phase: 'canary', weight: 0 }, 'preview')
    t.false(ok)
    t.regex(errors.join('\n'), /cannot start with phase canary. Legal: foundation/)
  })

  let before: Stand = { phase: 'foundation', weight: 0 }
  for (const { again, ...stand } of path(disposable)) {
    const title = [stand.phase, stand.removal, `weight ${stand.weight}`].filter(Boolean).join(', ')
    test.serial(
      `${stack}: ${title}: up loses nothing${again ? ', a second up changes nothing' : ''}`,
      async (t) => {
        const moved = await lift.to(stand)
        t.true(moved.ok, moved.errors.join('\n'))
        t.deepEqual(losses(moved), [], told(losses(moved)))

        const gone = moved.changes.filter(({ op }) => op === 'delete')
        if (stand.removal === 'remove') {
          t.true(gone.length > 0, 'decommission removes the source')
          t.deepEqual(told(gone.filter(({ name }) => !ofTheSource.test(name))), '')
        } else t.deepEqual(told(gone), '')

        if (stand.phase === 'canary' && before.phase === 'canary')
          t.deepEqual(
            moved.changes.map(({ type, diff }) => ({ type, diff: [...diff].sort() })),
            [{ type: 'aws:lb/listener:Listener', diff: weights }],
            'a weight change touches the listener only',
          )
        before = stand

        if (!again) return
        const second = await lift.stack.run('up')
        t.true(second.ok, second.errors.join('\n'))
        t.is(told(second.changes), '')
      },
    )
  }

  test.serial(`${stack}: every ARN of its account that an input names exists`, (t) => {
    t.deepEqual(danglingArns(engine.standIn.world, accountId, settings), [])
  })

  test.serial(`${stack}: destroy ${disposable ? 'goes through in one pass' : 'is refused'}`, async (t) => {
    const { ok, errors, changes } = await lift.stack.run('destroy')
    if (disposable) {
      t.true(ok, errors.join('\n'))
      t.deepEqual(await lift.stack.resources().then((all) => all.map(({ urn }) => urn)), [])
    } else {
      t.false(ok)
      t.regex(errors.join('\n'), /cannot be deleted\s+because it is protected/)
      t.is(told(changes.filter(({ op, type }) => op === 'delete' && type === 'aws:rds/cluster:Cluster')), '')
    }
  })
}
