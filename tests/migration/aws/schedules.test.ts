/** Schedules held while a switchover runs: one contract for those of AWS and for a site without; then with a real switchover. */
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import {
  CreateScheduleCommand,
  CreateScheduleGroupCommand,
  GetScheduleCommand,
  SchedulerClient,
} from '@aws-sdk/client-scheduler'
import type { ExecutionContext } from 'ava'
import { eventbridgeSchedules } from '../../../migration/aws/schedules.ts'
import { decisionStore } from '../../../migration/decision/files.ts'
import { resume } from '../../../migration/resume.ts'
import { schedulesOf } from '../../../migration/schedules/create.ts'
import { heldSchedules } from '../../../migration/schedules/held.ts'
import { noSchedules, type Schedules } from '../../../migration/schedules/schedules.ts'
import { fileStore } from '../../../migration/store/files.ts'
import { settle } from '../../../migration/switchover/settle.ts'
import { mailbox } from '../../../migration/watchdog/mailbox.ts'
import { testMoto } from '../../aws.ts'
import { needs } from '../../parts.ts'
import { testSandbox } from '../../postgres.ts'
import { afterPause, beforePause, createTestbed, inPause, testServers } from '../testbed.ts'

const test = needs('python moto')
const group = 'payments'
const names = ['nightly', 'often', 'switched-off'].map((name) => ({ group, name }))
const initial = [true, true, false]
let scheduler: SchedulerClient

test.before(async () => {
  await testMoto()
  scheduler = new SchedulerClient({})
  await scheduler.send(new CreateScheduleGroupCommand({ Name: group }))
  for (const [at, { name }] of names.entries())
    await scheduler.send(
      new CreateScheduleCommand({
        GroupName: group,
        Name: name,
        Description: `what ${name} does`,
        ScheduleExpression: 'cron(0 2 * * ? *)',
        ScheduleExpressionTimezone: 'Europe/Berlin',
        EndDate: new Date('2099-01-01T00:00:00Z'),
        State: initial[at] ? 'ENABLED' : 'DISABLED',
        FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 5 },
        Target: {
          Arn: `arn:aws:lambda:eu-central-1:333333333333:function:${name}`,
          RoleArn: 'arn:aws:iam::333333333333:role/clock',
          Input: '{"source":"schedule"}',
          DeadLetterConfig: { Arn: 'arn:aws:sqs:eu-central-1:333333333333:letters' },
          RetryPolicy: { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 2 },
        },
      }),
    )
})

const definitions = () =>
  Promise.all(
    names.map(async ({ name }) => {
      const found = await scheduler.send(new GetScheduleCommand({ GroupName: group, Name: name }))
      const { $metadata, LastModificationDate, ...definition } = found
      return definition
    }),
  )
const firing = async (schedules: Schedules) => (await schedules.list()).map(({ fires }) => fires)
const newStore = () => fileStore(mkdtempSync(join(testSandbox().dir, 'desk-')))

async function keepsTheContract(t: ExecutionContext, schedules: Schedules): Promise<void> {
  const desk = newStore()
  const again = () => heldSchedules(schedules, desk)
  const before = await firing(schedules)
  const asBefore = async (why: string) => {
    t.deepEqual(await firing(schedules), before, why)
    t.deepEqual(await desk.list(''), [], why)
  }
  const none = before.map(() => false)

  t.is(await again().release(3), undefined)
  await asBefore('nothing is held, nothing is given back')

  await again().hold(3)
  t.deepEqual(await firing(schedules), none)
  await again().hold(3)
  t.deepEqual(await firing(schedules), none, 'holding twice is holding once')
  await again().release(2)
  t.deepEqual(await firing(schedules), none, 'an older switchover gives nothing back')
  await again().release(3)
  await asBefore('what was off before stays off')
  await again().release(3)
  await asBefore('giving back twice is giving back once')

  // One that died between two acts is followed by another, which is settled by the watchdog.
  let acts = 0
  const dying: Schedules = {
    ...schedules,
    set: async (...act) => (acts++ === 1 ? Promise.reject(new Error('died')) : schedules.set(...act)),
  }
  await heldSchedules(dying, desk)
    .hold(4)
    .catch(() => {})
  await again().hold(5)
  t.deepEqual(await firing(schedules), none)
  await again().release(5)
  await asBefore('what an earlier one held is given back too')
  await again().hold(6)
  await again().releaseAny()
  await asBefore('«resume» gives back what a dead run holds')
}

test.serial('a site without schedules holds none', async (t) => {
  await keepsTheContract(t, noSchedules)
})

test.serial('EventBridge: held and given back as each was, and nothing else of it changes', async (t) => {
  const schedules = eventbridgeSchedules(names)
  const before = await definitions()
  t.deepEqual(await firing(schedules), initial)
  await keepsTheContract(t, schedules)
  t.deepEqual(await definitions(), before)
  const desk = newStore()
  const held = heldSchedules(schedules, desk)
  t.deepEqual((await held.hold(7))?.names, ['payments/nightly', 'payments/often'])
  t.deepEqual(
    (await definitions()).map(({ State, ...rest }) => rest),
    before.map(({ State, ...rest }) => rest),
  )
  await t.throwsAsync(held.hold(6), {
    message: /^the schedules refused an act of epoch 6: epoch 7 is already settled there/,
  })
  await held.release(7)
  t.deepEqual(await definitions(), before)
})

test.serial(
  'a schedule that is not there, or may not be read, is named with the right it takes',
  async (t) => {
    await t.throwsAsync(eventbridgeSchedules([{ group, name: 'gone' }]).list(), {
      message: /^scheduler:GetSchedule: there is no payments\/gone/,
    })
  },
)

test.serial(
  'a switchover holds them; forward, back, and after a run that died they fire again',
  async (t) => {
    const bed = await createTestbed(await testServers(), { deadlineMs: 60_000 })
    Object.assign(bed.site, { schedules: { kind: 'eventbridge', schedules: names } })
    bed.startWatchdog()
    const states = () =>
      schedulesOf(bed.site)
        .list()
        .then((all) => all.map(({ fires }) => fires))
    const first = await bed.run('source')
    await first.all(['check-databases', 'install-fence', 'subscribe-target', 'await-caught-up'])
    await first.close()
    const upTo = async (from: 'source' | 'target') => {
      const run = await bed.run(from)
      await run.all([...beforePause.slice(0, -1), 'hold-schedules'])
      t.deepEqual(await states(), [false, false, false])
      return run
    }
    const means = { site: bed.site, gate: bed.gate, decisions: decisionStore(bed.site) }

    const failing = await upTo('source')
    failing.context.interrupted = true
    await t.throwsAsync(failing.step('arm'), { message: /Nothing was switched/ })
    t.deepEqual(await states(), initial, 'a run that stops before it is armed')
    await failing.close()

    const dead = await upTo('source')
    await dead.close()
    await resume(bed.site, 'a test', { means })
    t.deepEqual(await states(), initial, '«resume» after a run that died before it was armed')

    const back = await upTo('source')
    await back.all(['arm', 'pause', 'fence'])
    // As the watchdog does.
    const [arming] = await mailbox(fileStore(bed.site.journal)).armings()
    await settle(means, arming!, 'back', 'a test')
    t.deepEqual(await states(), initial, 'who settles it back')
    await resume(bed.site, 'a test', { means })
    await back.close()

    const forward = await upTo('source')
    await forward.all(['arm', ...inPause])
    t.deepEqual(await states(), [false, false, false])
    await forward.all(afterPause)
    t.deepEqual(await states(), initial, 'forward')
    t.deepEqual(await mailbox(fileStore(bed.site.journal)).armings(), [])
    await forward.close()
    await bed.close()
  },
)
