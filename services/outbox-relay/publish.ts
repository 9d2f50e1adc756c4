import { SendMessageBatchCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { reasonAttribute } from '../shared/event.ts'
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
/** A pause of the gate waits for the transaction around it. */
const timeoutMs = 2000

/** ASCII only: SQS refuses some characters that JSON and the API take. */
const bodyOf = ({ event }: OutboxRow): string =>
  JSON.stringify(event).replace(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

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

/** Publishes rows in order. One that SQS will never take goes to the dead letters and holds up nothing. */
export async function publish(rows: readonly OutboxRow[], options: PublishOptions): Promise<Published> {
  const published: Published = { done: [], failures: [] }
  const waiting = new Set<string>()
  for (const batch of batchesOf(rows)) {
    const open = batch.filter(({ payment }) => !waiting.has(payment))
    const failed = await send(open, options, published)
    for (const { payment } of failed) waiting.add(payment)
  }
  return published
}

async function send(
  rows: OutboxRow[],
  { sqs, queueUrl, deadLettersUrl }: PublishOptions,
  { done, failures }: Published,
): Promise<OutboxRow[]> {
  const giveUp = async (row: OutboxRow, reason: string) => {
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: deadLettersUrl,
        MessageBody: JSON.stringify({ id: row.event.id, type: row.event.type, payment: row.payment }),
        MessageAttributes: { [reasonAttribute]: { DataType: 'String', StringValue: reason.slice(0, 500) } },
      }),
    )
    done.push(row)
  }
  const bodies = new Map(rows.map((row) => [row, bodyOf(row)]))
  const fitting = rows.filter((row) => bodies.get(row)!.length <= mostBytes)
  for (const row of rows)
    if (!fitting.includes(row))
      await giveUp(row, `the event has more than ${mostBytes} bytes; SQS takes no more`)
  if (fitting.length === 0) return []
  const { Failed = [] } = await sqs.send(
    new SendMessageBatchCommand({
      QueueUrl: queueUrl,
      Entries: fitting.map((row) => ({ Id: row.id, MessageBody: bodies.get(row)! })),
    }),
    { abortSignal: AbortSignal.timeout(timeoutMs) },
  )
  const failed: OutboxRow[] = []
  for (const row of fitting) {
    const failure = Failed.find(({ Id }) => Id === row.id)
    if (!failure) done.push(row)
    else if (failure.SenderFault) await giveUp(row, `SQS refuses it: ${failure.Message ?? failure.Code}`)
    else {
      failed.push(row)
      failures.push(`${row.event.id}: ${failure.Message ?? failure.Code}`)
    }
  }
  return failed
}
