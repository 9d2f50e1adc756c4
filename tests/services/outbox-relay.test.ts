/** The relay and its database, with a queue that does what a test says. */
import { setTimeout as delay } from 'node:timers/promises'
import { SendMessageBatchCommand, type SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import test, { type ExecutionContext } from 'ava'
import pg from 'pg'
import type { PostgresServer } from '../../rehearsal/postgres/server.ts'
import { transactionMs } from '../../services/outbox-relay/outbox.ts'
import { groupOf } from '../../services/outbox-relay/publish.ts'
import { relayOnce } from '../../services/outbox-relay/relay.ts'
import { sharedPostgres } from '../postgres.ts'
import { paymentsDatabase } from './payments-world.ts'

let server: PostgresServer
test.before(async () => {
  server = await sharedPostgres('target')
})

type Sent = SendMessageBatchCommand | SendMessageCommand
type Answer = (command: Sent, batches: number) => object | Promise<object>

/** A queue whose answers a test gives; it keeps what it is sent and breaks off as the SDK does. */
function stubSqs(answer: Answer = () => ({})) {
  const batches: SendMessageBatchCommand['input'][] = []
  const letters: SendMessageCommand['input'][] = []
  const send = async (command: Sent, { abortSignal }: { abortSignal?: AbortSignal } = {}) => {
    if (command instanceof SendMessageBatchCommand) batches.push(command.input)
    else letters.push(command.input)
    const aborted = new Promise<never>((_, reject) => {
      abortSignal?.addEventListener('abort', () =>
        reject(Object.assign(new Error('Request aborted'), { name: 'AbortError' })),
      )
    })
    aborted.catch(() => {}) // after the answer
    return Promise.race([aborted, answer(command, batches.length)])
  }
  return { batches, letters, sqs: { send } as unknown as SQSClient }
}

const isBatch = (command: Sent): command is SendMessageBatchCommand =>
  command instanceof SendMessageBatchCommand
/** Every message of a batch fails like this; letters are taken. */
const failing = (Code: string, Message: string): Answer => {
  return (command) =>
    isBatch(command)
      ? { Failed: command.input.Entries!.map(({ Id }) => ({ Id, Code, Message, SenderFault: true })) }
      : {}
}

/** Authorised payments, all in one part of the outbox, and the relay over them. */
async function world(t: ExecutionContext, count: number) {
  const { owner, url, role } = await paymentsDatabase(t, server)
  await owner.query(
    `select public.authorise_payment('a' || n, '', 'shop-1', 100, 'EUR', 'visa', '4242', 'card_x')
     from generate_series(1, $1::int) n`,
    [count * 20 + 200],
  )
  await owner.query(
    `delete from outbox where id not in
       (select id from outbox where hashtext(payment_id) & 15 = 3 order by id limit $1)`,
    [count],
  )
  const pool = new pg.Pool({ connectionString: url, max: 1 })
  t.teardown(() => pool.end())
  const warnings: string[] = []
  const logger = {
    info: () => {},
    warn: (message: unknown, more?: object) => void warnings.push(`${message} ${JSON.stringify(more)}`),
  }
  const marked = async () =>
    (await owner.query<{ count: number }>('select count(published_at)::int as count from outbox')).rows[0]!
      .count
  return {
    owner,
    role,
    marked,
    warnings,
    relay: (sqs: SQSClient) =>
      relayOnce({ pool, logger: logger as never, sqs, queueUrl: 'queue', deadLettersUrl: 'dead' }),
  }
}

for (const code of ['KmsThrottled', 'RequestThrottled', 'KmsAccessDenied', 'InvalidParameterValue'])
  test(`what SQS refuses for now, with ${code}, is taken again, and nobody is told that it was given up`, async (t) => {
    const { relay, marked, warnings } = await world(t, 2)
    const { sqs, letters } = stubSqs(failing(code, 'for now'))
    t.is(await relay(sqs), 0)
    t.deepEqual(letters, [])
    t.is(await marked(), 0)
    t.regex(warnings.join('\n'), new RegExp(`evt_\\d+: ${code}: for now`))
    t.is(await relay(stubSqs().sqs), 2)
  })

for (const [code, message] of [
  ['InvalidMessageContents', 'a character'],
  ['AWS.SimpleQueueService.InvalidMessageContents', 'a character'],
  ['InvalidParameterValue', 'Reason: Message must be shorter than 1024 bytes.'],
] as const)
  test(`what SQS never takes, ${code}, is a letter with the whole message, that can be redriven`, async (t) => {
    const { relay, marked } = await world(t, 1)
    const { sqs, letters, batches } = stubSqs(failing(code, message))
    t.is(await relay(sqs), 1)
    t.is(await marked(), 1)
    t.deepEqual(
      letters.map(({ MessageBody }) => MessageBody),
      batches.map(({ Entries }) => Entries![0]!.MessageBody),
    )
    t.is(letters[0]!.MessageGroupId, 'shop-1')
    t.is(letters[0]!.MessageAttributes!.reason!.StringValue, `SQS refuses it: ${code}: ${message}`)
  })

test('a letter that is refused for what is in it names the event', async (t) => {
  const { relay, marked } = await world(t, 1)
  const refuse = failing('InvalidMessageContents', 'a character')
  const { sqs, letters } = stubSqs((command, batches) => {
    if (isBatch(command)) return refuse(command, batches)
    if (!command.input.MessageBody!.includes('amountMinor')) return {}
    throw Object.assign(new Error('a character'), { name: 'InvalidMessageContents' })
  })
  t.is(await relay(sqs), 1)
  t.is(await marked(), 1)
  t.deepEqual(Object.keys(JSON.parse(letters.at(-1)!.MessageBody!)), ['id', 'type', 'payment'])
})

test.serial('a slow queue makes no long transaction, and no batch is cut off', async (t) => {
  const { relay, marked, owner, role } = await world(t, 100)
  const { sqs, batches } = stubSqs(() => delay(200, {}))
  let over = false
  let longest = 0
  const relayed = relay(sqs).finally(() => {
    over = true
  })
  while (!over) {
    const { rows } = await owner.query<{ ms: number }>(
      `select coalesce(max(extract(epoch from clock_timestamp() - xact_start) * 1000), 0)::float as ms
       from pg_stat_activity where usename = $1`,
      [role],
    )
    longest = Math.max(longest, rows[0]!.ms)
    await delay(5)
  }
  t.is(await relayed, 10)
  t.is(await marked(), 10)
  t.is(batches.length, 1, 'a second one would have been cut off')
  t.true(longest > 150 && longest < transactionMs + 500, `${longest} ms`)
})

test.serial('a queue that does not answer is left in time, also by the letters', async (t) => {
  const { relay, marked, owner, warnings } = await world(t, 1)
  const { sqs } = stubSqs(() => new Promise<never>(() => {}))
  const begun = performance.now()
  t.is(await relay(sqs), 0)
  await owner.query(`update outbox set payload = payload || jsonb_build_object('note', repeat('x', 300000))`)
  t.is(await relay(sqs), 0)
  t.true(performance.now() - begun < 2 * (transactionMs + 500))
  t.is(await marked(), 0)
  t.is(warnings.filter((line) => line.includes('and what follows: SQS did not answer in time')).length, 2)
})

test('what was published before a failure is marked, and what follows is taken again', async (t) => {
  const { relay, marked, warnings } = await world(t, 100)
  const { sqs } = stubSqs((_, batches) => {
    if (batches === 3) throw new Error('the network broke')
    return {}
  })
  t.is(await relay(sqs), 20)
  t.is(await marked(), 20)
  t.regex(warnings.join('\n'), /evt_\d+ and what follows: Error: the network broke/)
  const next = stubSqs()
  t.is(await relay(next.sqs), 80)
  t.is(await marked(), 100)
})

test('what is in the queue is marked, though a letter of the same batch cannot be written', async (t) => {
  const { relay, marked } = await world(t, 3)
  const { sqs } = stubSqs((command) => {
    if (!isBatch(command)) throw new Error('no letters today')
    const { Id } = command.input.Entries![0]!
    return { Failed: [{ Id, Code: 'InvalidMessageContents', SenderFault: true }] }
  })
  t.is(await relay(sqs), 2)
  t.is(await marked(), 2)
})

test('messages are grouped by merchant, so that one that hangs delays no other', async (t) => {
  const { relay, owner } = await world(t, 2)
  await owner.query(
    `update outbox set payload = payload || '{"merchant":"Bäckerei Süß"}' where id = (select max(id) from outbox)`,
  )
  const { sqs, batches } = stubSqs()
  t.is(await relay(sqs), 2)
  const [one, two] = batches[0]!.Entries!.map(({ MessageGroupId }) => MessageGroupId!)
  t.is(one, 'shop-1')
  t.regex(two!, /^[0-9a-f]{64}$/)
  t.is(groupOf('x'.repeat(128)).length, 128)
  t.regex(groupOf('x'.repeat(129)), /^[0-9a-f]{64}$/)
  t.not(groupOf('shop 1'), groupOf('shop 2'))
})
