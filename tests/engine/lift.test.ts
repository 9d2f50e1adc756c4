import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Engine } from '../../engine/harness.ts'
import { readOutputs } from '../../outputs.ts'
import { needs, thorough } from '../parts.ts'
import { testSandbox } from '../postgres.ts'
import { danglingArns } from './dangling.ts'
import { Lift, losses, type Stand, told } from './lift.ts'

const test = needs('pulumi CLI')
let engine: Engine
test.before(async () => {
  engine = await Engine.start(testSandbox().dir)
})
test.after.always(() => engine?.close())

const weights = [0, 1].map((i) => `defaultActions[0].forward.targetGroups[${i}].weight`)
/** What `decommission` may delete, by name: what served the source only. */
const ofTheSource = /link|on-?premises|way-back/i

/** The sample: the lift of dev. CI takes all of them, with every weight. */
const stacks = thorough ? ['dev', 'staging', 'prod'] : ['dev']
const weightsMoved = thorough ? [0, 1, 50, 100] : [0, 100]

/** The whole lift of a stack. */
const path = (disposable: boolean): Stand[] => [
  { phase: 'foundation', weight: 0 },
  { phase: 'replicate', weight: 0 },
  ...weightsMoved.map((weight) => ({ phase: 'canary' as const, weight })),
  { phase: 'cutover', weight: 100 },
  ...(disposable ? [] : [{ phase: 'decommission' as const, weight: 100, removal: 'unprotect' as const }]),
  { phase: 'decommission', weight: 100, removal: 'remove' },
]

/**
 * Where a second `up` follows: in each phase; in the sample once all is there and once the source has gone. What would
 * change again in an earlier phase is still there, and would change again.
 */
const isRepeated = ({ phase, weight, removal }: Stand): boolean =>
  thorough ? phase !== 'canary' || weight === 0 : phase === 'cutover' || removal === 'remove'

/** What a stack in `replicate` refuses. Previews: they change nothing. */
const whileReplicating = (lift: () => Lift): void => {
  test.serial('an illegal move is refused, with the legal ones', async (t) => {
    const { ok, errors } = await lift().to({ phase: 'cutover', weight: 100 }, 'preview')
    t.false(ok)
    t.regex(errors.join('\n'), /in phase replicate .* cannot move to cutover .*Legal: replicate, canary/)
    await lift().set({ phase: 'replicate', weight: 0 })
  })

  test.serial('a hold that disagrees is refused, with who set it, why, and the mend', async (t) => {
    const hold = {
      weight: 7,
      by: 'arn:aws:iam::111111111111:role/lead',
      at: '2026-11-01T02:00:00Z',
      reason: 'timeouts',
    }
    const release = engine.standIn.putParameter(
      'eu-west-1',
      '/payments-lift/dev/hold/1',
      JSON.stringify(hold),
    )
    const { ok, errors } = await lift().stack.run('preview')
    release()
    t.false(ok)
    t.regex(errors.join('\n'), /hold keeps the weight at 7.*role\/lead.*timeouts.*delete-parameter/s)
  })
}

for (const stack of stacks) {
  const settings = readFileSync(join(import.meta.dirname, `../../Pulumi.${stack}.yaml`), 'utf8')
  const disposable = settings.includes('payments-lift:disposable: true')
  const accountId = /allowedAccountIds: \["(\d+)"\]/.exec(settings)![1]!
  let lift: Lift
  test.serial(`${stack}: it starts from its settings`, async (t) => {
    lift = await Lift.start(engine, stack)
    t.is(await lift.setting('phase'), 'foundation')
    t.log(
      `stacks ${stacks.join(', ')}${thorough ? '' : '; THOROUGH=1 takes staging and prod too, with every weight'}`,
    )
  })

  let before: Stand = { phase: 'foundation', weight: 0 }
  for (const stand of path(disposable)) {
    const again = isRepeated(stand)
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
        t.like(readOutputs(await lift.stack.outputs()), stand, 'the runbooks read where it stands')

        if (!again) return
        const second = await lift.stack.run('up')
        t.true(second.ok, second.errors.join('\n'))
        t.is(told(second.changes), '')
      },
    )
    if (stack === 'dev' && stand.phase === 'replicate') whileReplicating(() => lift)
  }

  test.serial(`${stack}: every ARN of its account that an input names exists`, (t) => {
    t.deepEqual(danglingArns(engine.standIn.world, accountId, settings), [])
  })

  if (stack === 'dev')
    test.serial('two zones become three, and nothing is replaced or deleted', async (t) => {
      const network = (await lift.setting('network')) as { zones: object[] }
      const third = {
        name: 'eu-west-1c',
        public: '10.42.2.0/24',
        private: '10.42.48.0/20',
        data: '10.42.6.0/24',
      }
      await lift.set({ network: { ...network, zones: [...network.zones, third] } })
      const { ok, errors, changes } = await lift.stack.run('up')
      t.true(ok, errors.join('\n'))
      t.is(told(changes.filter(({ op }) => op !== 'create' && op !== 'update')), '')
      t.is(changes.filter(({ op, type }) => op === 'create' && type === 'aws:ec2/subnet:Subnet').length, 3)
    })

  test.serial(`${stack}: destroy ${disposable ? 'goes through in one pass' : 'is refused'}`, async (t) => {
    const there = engine.standIn.world.all().length
    const { ok, errors } = await lift.stack.run('destroy')
    if (disposable) {
      t.true(ok, errors.join('\n'))
      t.deepEqual(await lift.stack.resources().then((all) => all.map(({ urn }) => urn)), [])
    } else {
      t.false(ok)
      t.regex(errors.join('\n'), /cannot be deleted\s+because it is protected/)
      t.is(engine.standIn.world.all().length, there, 'nothing is gone')
    }
  })
}
