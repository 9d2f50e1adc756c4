import test from 'ava'
import { outputsOf } from '../../../migration/stack/outputs.ts'
import { siteFrom } from '../../../migration/stack/site.ts'
import { readOutputs, taskOutputsSchema } from '../../../outputs.ts'
import { whole } from '../../components/build.ts'

type World = Awaited<ReturnType<typeof whole>>

function environmentOf({ all }: World, family: string): Record<string, string> {
  const task = all('aws:ecs/taskDefinition:TaskDefinition').find(({ inputs }) => inputs.family === family)
  const [container] = JSON.parse(String(task?.inputs.containerDefinitions))
  const named: { name: string; value: string }[] = container.environment
  return Object.fromEntries(named.map(({ name, value }) => [name, value]))
}

/** What only AWS can tell, as it would be. */
const told = (json: string): string =>
  json
    .replace(
      /"listenerArn":"<unknown>"/,
      '"listenerArn":"arn:aws:elasticloadbalancing:eu-central-1:333333333333:listener/app/pay/1/2"',
    )
    .replace(
      /"(\w*TargetGroupArn)":"<unknown>"/g,
      '"$1":"arn:aws:elasticloadbalancing:eu-central-1:333333333333:targetgroup/$1/1"',
    )
    .replace(/"host":"<unknown>"/g, '"host":"target.example"')

const secret = async () => '{"username":"owner","password":"a/b:c@d é"}'

const worlds = {
  replicate: whole({ stack: 'prod', phase: 'replicate' }),
  cutover: whole({ stack: 'prod', phase: 'cutover' }),
}

for (const phase of ['replicate', 'cutover'] as const) {
  test(`${phase}: from what their tasks get, runner and watchdog make the site that the outputs make`, async (t) => {
    const world = await worlds[phase]
    const outputs = JSON.parse(told(JSON.stringify(world.outputs)), (key, value) =>
      key === 'subnetIds' ? [value] : value,
    )
    const fromOutputs = await siteFrom(readOutputs(outputs), secret)
    for (const family of ['runner', 'watchdog']) {
      const environment = environmentOf(world, `payments-lift-prod-${family}`)
      const task = await outputsOf('prod', {
        ...environment,
        STACK_OUTPUTS: told(environment.STACK_OUTPUTS ?? ''),
      })
      t.deepEqual(await siteFrom(task, secret), fromOutputs, family)
    }
    t.like(fromOutputs, {
      gate: { kind: 'poolers', tasks: { service: 'payments-lift-prod-pooler', agentPort: 8432 } },
      frontDoor: { kind: 'alb', holdPath: '/payments-lift/prod/hold', alarmPrefix: 'payments-lift-prod-' },
      journal: 's3://payments-lift-prod-journal-333333333333/lift',
      desk: 's3://payments-lift-prod-desk-333333333333/lift',
    })
    t.is(
      fromOutputs.source.url,
      'postgres://owner:a%2Fb%3Ac%40d%20%C3%A9@10.20.20.5:5432/pay?sslmode=verify-full',
    )
  })
}

test('every schedule of the program is named in the outputs, and held by the runbooks', async (t) => {
  for (const world of Object.values(worlds)) {
    const { all, outputs } = await world
    const scheduled = all('aws:scheduler/schedule:Schedule')
    // Hand its trigger's schedule to taskOutputs and runnerArgs (wiring/), made before the runner.
    t.is(((outputs as { schedules?: object[] }).schedules ?? []).length, scheduled.length)
  }
  const world = await worlds.replicate
  const environment = environmentOf(world, 'payments-lift-prod-runner')
  const task = JSON.parse(told(environment.STACK_OUTPUTS ?? ''))
  const site = (more: object) =>
    outputsOf('prod', { ...environment, STACK_OUTPUTS: JSON.stringify({ ...task, ...more }) }).then((found) =>
      siteFrom(found, secret),
    )
  t.deepEqual((await site({})).schedules, { kind: 'none' })
  const schedules = [{ group: 'default', name: 'nightly' }]
  t.deepEqual((await site({ schedules })).schedules, {
    kind: 'eventbridge',
    schedules,
    region: 'eu-central-1',
  })
})

test('a phase or a weight that moves starts no task anew: their environment stays', async (t) => {
  const [replicate, cutover] = [await worlds.replicate, await worlds.cutover]
  t.notDeepEqual(replicate.outputs.weight, cutover.outputs.weight)
  for (const family of ['payments-lift-prod-runner', 'payments-lift-prod-watchdog'])
    t.deepEqual(environmentOf(replicate, family), environmentOf(cutover, family))
})

test('outputs of another stack, or of another version, are refused', async (t) => {
  const world = await worlds.replicate
  const environment = environmentOf(world, 'payments-lift-prod-runner')
  const task = { ...environment, STACK_OUTPUTS: told(environment.STACK_OUTPUTS ?? '') }
  await t.throwsAsync(outputsOf('staging', task), {
    message: /of the stack prod, not of staging; nothing was done/,
  })
  await t.throwsAsync(outputsOf('prod', { ...task, STACK_OUTPUTS: '{"stack":"prod"}' }), {
    message: /different versions; run up again:\n[\s\S]*region/,
  })
  await t.throwsAsync(outputsOf('prod', { STACK_OUTPUTS: 'x' }), { message: 'STACK_OUTPUTS is not JSON' })
  const { target: _, ...early } = taskOutputsSchema.parse(JSON.parse(task.STACK_OUTPUTS))
  await t.throwsAsync(siteFrom(early, secret), {
    message: /has no target yet: bring it to the phase replicate/,
  })
  const { source: __, ...left } = await outputsOf('prod', task)
  await t.throwsAsync(siteFrom(left, secret), { message: /has left its source for good/ })
  await t.throwsAsync(
    siteFrom(await outputsOf('prod', task), async () => 'hunter2'),
    {
      message: /^the secret arn:\S+ is no login: write/,
    },
  )
})
