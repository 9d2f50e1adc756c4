import test from 'ava'
import { holdProblem } from '../hold.ts'
import { outputsSchema, readOutputs } from '../outputs.ts'
import { whole } from './components/build.ts'

const hold = (weight: number) =>
  JSON.stringify({
    weight,
    by: 'arn:aws:iam::333333333333:role/lead',
    at: '2026-11-23T02:11:00Z',
    reason: 'p99 rose',
  })
const name = '/payments-lift/prod/hold/front-door'

test('an illegal move is refused by the program, and the legal ones named', async (t) => {
  await t.throwsAsync(whole({ stack: 'prod', phase: 'cutover', fromPhase: 'foundation', fromWeight: 0 }), {
    message: /cannot move to cutover .* Legal: foundation, replicate\./,
  })
  await t.throwsAsync(whole({ stack: 'prod', phase: 'cutover', fromPhase: 'canary', fromWeight: 50 }), {
    message: /both at weight 100/,
  })
  await t.throwsAsync(whole({ stack: 'prod', phase: 'replicate', fromPhase: 'none' }), {
    message: /never deployed/,
  })
  await t.throwsAsync(
    whole({ stack: 'prod', phase: 'decommission', removal: 'remove', fromPhase: 'cutover' }),
    {
      message: /two ups/,
    },
  )
})

test('the first up starts with foundation', async (t) => {
  t.true((await whole({ stack: 'prod', phase: 'foundation', fromPhase: 'none' })).resources.length > 100)
})

test('a hold refuses up until the settings agree, and says who, when, why and how to release it', async (t) => {
  const parameters = { [name]: hold(0) }
  const canary = { stack: 'prod', phase: 'canary', parameters } as const
  await t.throwsAsync(whole({ ...canary, weight: 25 }), {
    message:
      /keeps the weight at 0.*role\/lead at 2026-11-23.*p99 rose.*delete-parameter --name \/payments-lift\/prod\/hold\/front-door/s,
  })
  t.true((await whole({ ...canary, weight: 0, fromWeight: 25 })).resources.length > 100)
})

test('a hold of another stack holds nothing here', async (t) => {
  const parameters = {
    '/payments-lift/staging/hold/front-door': hold(0),
    '/payments-lift/prod/holder': hold(0),
  }
  t.true((await whole({ stack: 'prod', phase: 'canary', weight: 25, parameters })).resources.length > 100)
})

test('a hold that cannot be read holds', (t) => {
  t.regex(holdProblem(name, 'not JSON', 25) ?? '', /cannot be read/)
  t.regex(holdProblem(name, '{"weight":101}', 25) ?? '', /cannot be read/)
  t.is(holdProblem(name, hold(25), 25), undefined)
})

test('what the program exports is what the runbooks read, in every phase', async (t) => {
  for (const phase of ['foundation', 'replicate', 'cutover'] as const) {
    const { outputs } = await whole({ stack: 'prod', phase })
    // Lists that are not known as a whole come as one mark.
    const known = JSON.parse(JSON.stringify(outputs), (key, value) => (key === 'subnetIds' ? [value] : value))
    t.notThrows(() => outputsSchema.parse(known), phase)
    t.is('target' in outputs, phase !== 'foundation')
  }
})

test('once the source is left, no output speaks of it', async (t) => {
  const { outputs } = await whole({
    stack: 'prod',
    phase: 'decommission',
    removal: 'remove',
    fromPhase: 'decommission',
  })
  t.is(outputs.source, undefined)
  t.is((outputs.frontDoor as Record<string, unknown>).onPremisesTargetGroupArn, undefined)
})

test('outputs of another version are refused with the keys that are wrong', (t) => {
  t.throws(() => readOutputs({ stack: 'prod' }), { message: /run up again:\n[\s\S]*phase/ })
})
