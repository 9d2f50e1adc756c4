import { createHash } from 'node:crypto'
import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { giveUp, isHopeless } from './give-up.ts'
import type { OutboxRow } from './outbox.ts'

export interface PublishOptions {
  sqs: SQSClient
  queueUrl: string
  deadLettersUrl: string
}

export interface Published {
  /** In the queue, or given up with a letter that says so. */
  done: OutboxRow[]
  /** Why some are not; they are taken again. */
  failures: string[]
}

/** Messages of a batch, and bytes of a message: SQS takes no more. */
const mostMessages = 10
const mostBytes = 256 * 1024

/** ASCII only: SQS refuses some characters that JSON and the API take. */
const bodyOf = ({ event }: OutboxRow): string =>
  JSON.stringify(event).replace(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

/**
 * A standard queue is fair between groups: messages of a merchant that hangs are put behind those of others, and no
 * order is kept. A group's name is up to 128 visible ASCII characters; a merchant's may have others.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html
 */
export const groupOf = (merchant: string): string =>
  /^[!-~]{1,128}$/.test(merchant) ? merchant : createHash('sha256').update(merchant).digest('hex')

/** Batches in order, none with two events of a payment: when one fails, the later ones of its payment wait. */
export function batchesOf(rows: readonly OutboxRow[]): OutboxRow[][] {
  const batches: OutboxRow[][] = []
  let batch: OutboxRow[] = []
  for (const row of rows) {
    if (batch.length === mostMessages || batch.some(({ payment }) => payment === row.payment)) {
      batches.push(batch)
      batch = []
    }
    batch.push(row)
  }
  return batch.length > 0 ? [...batches, batch] : batches
}

/**
 * Publishes rows in order, as many as there is time for. One that SQS will never take goes to the dead letters and
 * holds up nothing. Never throws: what was done must be marked, whatever came then.
 * @param endsAt when no call may be under way any more, in ms of `performance.now()`
 */
export async function publish(
  rows: readonly OutboxRow[],
  options: PublishOptions,
  endsAt: number,
): Promise<Published> {
  const published: Published = { done: [], failures: [] }
  const waiting = new Set<string>()
  let slowest = 0
  for (const batch of batchesOf(rows)) {
    const open = batch.filter(({ payment }) => !waiting.has(payment))
    if (open.length === 0) continue
    const begun = performance.now()
    // One that would be cut off is not begun: SQS may have taken it by then, and it would come twice.
    if (endsAt - begun <= slowest) break
    try {
      for (const { payment } of await send(open, options, endsAt, published)) waiting.add(payment)
    } catch (error) {
      published.failures.push(`${open[0]!.event.id} and what follows: ${reasonOf(error as Error)}`)
      break
    }
    slowest = Math.max(slowest, performance.now() - begun)
  }
  return published
}

const reasonOf = ({ name, message }: Error): string =>
  name === 'AbortError' || name === 'TimeoutError' ? 'SQS did not answer in time' : `${name}: ${message}`

/** Returns those that SQS does not take now. */
async function send(
  rows: OutboxRow[],
  { sqs, queueUrl, deadLettersUrl }: PublishOptions,
  endsAt: number,
  { done, failures }: Published,
): Promise<OutboxRow[]> {
  const signal = () => AbortSignal.timeout(Math.max(0, Math.floor(endsAt - performance.now())))
  const abandon = async (row: OutboxRow, body: string | undefined, reason: string) => {
    const group = groupOf(row.event.data.merchant)
    await giveUp({ row, body, group, reason }, { sqs, deadLettersUrl, signal })
    done.push(row)
  }
  const bodies = new Map(rows.map((row) => [row, bodyOf(row)]))
  const fitting = rows.filter((row) => bodies.get(row)!.length <= mostBytes)
  for (const row of rows)
    if (!fitting.includes(row))
      await abandon(row, undefined, `the event has more than ${mostBytes} bytes; SQS takes no more`)
  if (fitting.length === 0) return []
  const { Failed = [] } = await sqs.send(
    new SendMessageBatchCommand({
      QueueUrl: queueUrl,
      Entries: fitting.map((row) => ({
        Id: row.id,
        MessageBody: bodies.get(row)!,
        MessageGroupId: groupOf(row.event.data.merchant),
      })),
    }),
    { abortSignal: signal() },
  )
  const refused = new Map(
    Failed.map(({ Id, Code = '', Message = '' }) => [Id, { code: Code, message: Message }]),
  )
  // What is in the queue first: a letter that cannot be written must not make it forgotten.
  done.push(...fitting.filter(({ id }) => !refused.has(id)))
  const failed: OutboxRow[] = []
  for (const row of fitting) {
    const refusal = refused.get(row.id)
    if (!refusal) continue
    const words = [refusal.code, refusal.message].filter(Boolean).join(': ')
    if (isHopeless(refusal)) await abandon(row, bodies.get(row)!, `SQS refuses it: ${words}`)
    else {
      failed.push(row)
      failures.push(`${row.event.id}: ${words}`)
    }
  }
  return failed
}
