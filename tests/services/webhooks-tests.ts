import { createHmac } from 'node:crypto'
import type { TestFn } from 'ava'
import type { SQSRecord } from 'aws-lambda'
import { deadLetters } from '../../dead-letters/main.ts'
import { DeadLetterQueue } from '../../dead-letters/queue.ts'
import { merchantKey } from '../../services/webhooks/sign.ts'
import { poll, signingKey, type World, wake } from './functions-world.ts'
import type { Instance } from './instance.ts'
import { leaseOver, proveRights, starting, webhooksScenario } from './rights.ts'

/** Polls until nothing comes back: one that came while another was at it does, and one that failed. */
async function handleAll(world: World, instance: Instance, failed: SQSRecord[] = []): Promise<void> {
  for (let waiting = failed; ; ) {
    for (const record of waiting) await wake(world, record)
    waiting = await poll(world.cloud, instance, world.queueUrl)
    if (waiting.length === 0) return
  }
}

const eventOf = (id: number, data: object = {}) =>
  JSON.stringify({
    id: `evt_${id}`,
    type: 'payment.captured',
    createdAt: '2026-03-01T00:00:00.000Z',
    traceId: `of-${id}`,
    data: { id: 'pay_1', merchant: 'shop-1', ...data },
  })
/** The tests of the webhooks function, in the world that functions.test.ts has started. */
export function webhooksTests(test: TestFn, given: () => World): void {
  test.serial(
    'webhooks: delivered three times and twice at once, a merchant is called once, signed',
    async (t) => {
      const world = given()
      const { merchant, cloud, queueUrl } = world
      const [one, two] = await Promise.all([world.instance(t, 'webhooks'), world.instance(t, 'webhooks')])
      for (let delivery = 0; delivery < 3; delivery++) await world.send(eventOf(1))
      const waiting = await Promise.all([poll(cloud, one, queueUrl), poll(cloud, two, queueUrl)])
      await handleAll(world, one, waiting.flat())
      t.is(merchant.calls.length, 1)
      const { headers, body } = merchant.calls[0]!
      const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
      const key = merchantKey(signingKey, 'shop-1')
      t.is(headers['webhook-signature'], `v1,${createHmac('sha256', key).update(signed).digest('base64')}`)
      t.is(headers['webhook-id'], 'evt_1')
      const lines = `${one.output}${two.output}`.split('\n').filter((line) => line.includes('evt_1'))
      t.true(lines.length > 0)
      for (const line of lines) t.like(JSON.parse(line), { message: 'webhook', trace: { id: 'of-1' } })
    },
  )

  test.serial(
    'webhooks: a crash in the middle of a call repeats it under the same id, and out of order is no harm',
    async (t) => {
      const world = given()
      const { merchant, cloud, queueUrl } = world
      merchant.calls.length = 0
      const leaseMs = 1000
      const { status } = merchant.answers
      let called = () => {}
      const arrived = new Promise<void>((resolve) => {
        called = resolve
      })
      merchant.answers.status = () => {
        called()
        return new Promise<number>(() => {})
      }
      const crashing = await world.instance(t, 'webhooks')
      await world.send(eventOf(12))
      const lost = poll(cloud, crashing, queueUrl, leaseMs).catch((error: Error) => error)
      await arrived
      await crashing.crash()
      t.is(((await lost) as Error).name, 'Crash')
      merchant.answers.status = status
      await leaseOver(leaseMs)
      const instance = await world.instance(t, 'webhooks')
      for (const id of [12, 11, 12, 10]) await world.send(eventOf(id))
      await handleAll(world, instance)
      const ids = merchant.calls.map(({ headers }) => headers['webhook-id'])
      t.deepEqual(ids.toSorted(), ['evt_10', 'evt_11', 'evt_12', 'evt_12'])
      await world.drain(queueUrl)
    },
  )

  test.serial(
    'webhooks: a poisoned message goes to the dead letters with its reason, the others are handled, and it can be redriven',
    async (t) => {
      const world = given()
      const { merchant, cloud, queueUrl, deadLettersUrl } = world
      merchant.calls.length = 0
      const instance = await world.instance(t, 'webhooks')
      for (const body of ['no event', eventOf(21), eventOf(22, { fails: true })]) await world.send(body)
      const failed = await poll(cloud, instance, queueUrl)
      t.is(failed.length, 1, 'only the one that the merchant refused comes back')
      t.true(merchant.calls.some(({ headers }) => headers['webhook-id'] === 'evt_21'))
      await handleAll(world, instance, failed)
      t.is(merchant.calls.filter(({ headers }) => headers['webhook-id'] === 'evt_22').length, 5)

      const open = (url: string) => new DeadLetterQueue({ sqs: world.sqs, lambda: {} as never }, url)
      const letters = await deadLetters([deadLettersUrl], open)
      t.regex(letters, /the message is no JSON/)
      t.regex(letters, /shop-1 answered 500/)
      t.regex(letters, /2 lie here/)
      const chosen = [deadLettersUrl, '--reason', 'answered 500', '--redrive']
      t.regex(
        await deadLetters(chosen, open),
        /1 would be handed over again; add --execute, 1 have another reason/,
      )
      const { status } = merchant.answers
      merchant.answers.status = () => 200
      t.regex(await deadLetters([...chosen, '--execute'], open), /1 handed over again/)
      t.deepEqual(await poll(cloud, instance, queueUrl), [])
      merchant.answers.status = status
      t.is(merchant.calls.filter(({ headers }) => headers['webhook-id'] === 'evt_22').length, 6)
      t.is((await world.drain(deadLettersUrl)).length, 1, 'the unreadable one lies there still')
    },
  )
  test.serial(
    'webhooks: a letter stays in the group of its merchant, also when it is redriven',
    async (t) => {
      const world = given()
      const { cloud, queueUrl, deadLettersUrl } = world
      await world.drain(deadLettersUrl)
      await world.send('no event', 'shop-9')
      await poll(cloud, await world.instance(t, 'webhooks'), queueUrl)
      const open = (url: string) => new DeadLetterQueue({ sqs: world.sqs, lambda: {} as never }, url)
      t.regex(await deadLetters([deadLettersUrl, '--redrive', '--execute'], open), /1 handed over again/)
      const [again] = await world.drain(queueUrl)
      t.is(again!.Attributes!.MessageGroupId, 'shop-9')
    },
  )
  test.serial('rights of webhooks: each is needed, and no other', async (t) => {
    const world = given()
    const instance = await world.instance(t, 'webhooks')
    await proveRights(
      t,
      world,
      'webhooks',
      webhooksScenario(world, instance, eventOf),
      starting(t, world, 'webhooks'),
    )
  })
}
