import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { reasonAttribute } from '../shared/event.ts'
import type { OutboxRow } from './outbox.ts'

export interface Refusal {
  /** SQS's word for it, such as `InvalidMessageContents`; its two protocols write some with a prefix. */
  code: string
  message: string
}

/**
 * Will SQS take it at no time? Everything else may pass, also what SQS calls the sender's fault: throttling, a key
 * that is away, a right that is missing.
 */
export const isHopeless = ({ code, message }: Refusal): boolean =>
  /(^|\.)InvalidMessageContents$/.test(code) ||
  (/(^|\.)InvalidParameterValue$/.test(code) && message.includes('must be shorter than'))

export const refusalOf = (error: unknown): Refusal => {
  const { name, message } = error as Error
  return { code: name, message }
}

/** Enough to find the event in the outbox; for an event that no queue takes. */
const stub = ({ event, payment }: OutboxRow) => JSON.stringify({ id: event.id, type: event.type, payment })

/** Other characters SQS may refuse; nobody reads a longer reason. */
const attributeOf = (reason: string) => ({
  DataType: 'String',
  StringValue: reason.slice(0, 500).replace(/[^ -~]/g, '?'),
})

export interface Letter {
  row: OutboxRow
  /** The whole message, so that it can be redriven; undefined when it fits no queue. */
  body: string | undefined
  /** The message's, so that a redrive is as fair as the first time. */
  group: string
  reason: string
}

/** Puts an event where a person looks, with the reason. */
export async function giveUp(
  { row, body, group, reason }: Letter,
  { sqs, deadLettersUrl, signal }: { sqs: SQSClient; deadLettersUrl: string; signal: () => AbortSignal },
): Promise<void> {
  const send = (text: string) =>
    sqs.send(
      new SendMessageCommand({
        QueueUrl: deadLettersUrl,
        MessageBody: text,
        MessageGroupId: group,
        MessageAttributes: { [reasonAttribute]: attributeOf(reason) },
      }),
      { abortSignal: signal() },
    )
  if (body === undefined) return void (await send(stub(row)))
  try {
    await send(body)
  } catch (error) {
    // What one queue refuses the other may refuse, too.
    if (!isHopeless(refusalOf(error))) throw error
    await send(stub(row))
  }
}
