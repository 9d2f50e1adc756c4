import type { Message, MessageAttributeValue } from '@aws-sdk/client-sqs'
import { reasonAttribute } from '../services/shared/event.ts'

/** What is to be done again: a message for the queue it came from, or an event for the function that failed. */
export type Again =
  | { kind: 'message'; body: string; attributes: Record<string, MessageAttributeValue>; group?: string }
  | { kind: 'event'; functionArn: string; payload: string }

/** Something that was given up. */
export interface Letter {
  id: string
  receipt: string
  /** When it was given up. */
  at: Date
  reason: string
  again: Again
}

const noReason = 'none was given: the code crashed or ran out of time; its log knows'

/** What Lambda writes about an event that nobody waited for. */
interface Failed {
  requestContext: { functionArn: string; condition: string }
  requestPayload: unknown
  responsePayload?: { errorMessage?: string } | null
}

function failedEvent(body: string): Failed | undefined {
  try {
    const json = JSON.parse(body) as Failed
    return typeof json?.requestContext?.functionArn === 'string' ? json : undefined
  } catch {
    return undefined
  }
}

export function letterOf(message: Message): Letter {
  const { MessageId, ReceiptHandle, Body = '', Attributes, MessageAttributes = {} } = message
  const common = {
    id: MessageId!,
    receipt: ReceiptHandle!,
    at: new Date(Number(Attributes?.SentTimestamp ?? 0)),
  }
  const failed = failedEvent(Body)
  if (failed) {
    const { functionArn, condition } = failed.requestContext
    const reason = failed.responsePayload?.errorMessage ?? condition
    const payload = JSON.stringify(failed.requestPayload)
    return { ...common, reason, again: { kind: 'event', functionArn, payload } }
  }
  const { [reasonAttribute]: reason, ...attributes } = MessageAttributes
  const group = Attributes?.MessageGroupId
  const again: Again = { kind: 'message', body: Body, attributes, ...(group !== undefined && { group }) }
  return { ...common, reason: reason?.StringValue ?? noReason, again }
}

/** In a line; what the letter holds may be secret to whoever looks over a shoulder, so it is not shown. */
export const letterText = ({ id, at, reason, again }: Letter): string =>
  `${at.toISOString()}  ${id}  ${again.kind === 'event' ? again.functionArn.split(':')[6] : 'message'}\n  ${reason}`
