import { ChangeMessageVisibilityCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { reasonAttribute } from '../shared/event.ts'
import type { MessageRecord } from './record.ts'

export interface LettersOptions {
  sqs: SQSClient
  queueUrl: string
  deadLettersUrl: string
  maxReceives: number
}

/** Seconds until the next try, by how often a message was received; as long as the last one, from then on. */
const backoffSeconds = [30, 120, 480, 1920]
/** SQS takes 256 characters and more; nobody reads a longer reason. */
const longestReason = 500

/** What becomes of a message that was not handled. */
export class Letters {
  readonly #options: LettersOptions

  constructor(options: LettersOptions) {
    this.#options = options
  }

  /** Is this the last try that the queue grants? */
  isLast({ attributes }: MessageRecord): boolean {
    return Number(attributes.ApproximateReceiveCount) >= this.#options.maxReceives
  }

  /** Puts it where a person looks, with the reason, which SQS alone would not keep. Afterwards it counts as handled. */
  async giveUp({ body, messageId, attributes }: MessageRecord, reason: string): Promise<void> {
    const { sqs, deadLettersUrl } = this.#options
    const attribute = (value: string) => ({ DataType: 'String', StringValue: value })
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: deadLettersUrl,
        MessageBody: body,
        // The merchant's, so that a redrive is as fair as the first time.
        ...(attributes.MessageGroupId !== undefined && { MessageGroupId: attributes.MessageGroupId }),
        MessageAttributes: {
          [reasonAttribute]: attribute(reason.slice(0, longestReason)),
          messageId: attribute(messageId),
        },
      }),
    )
  }

  /** Ever longer waits, so that a merchant that is away for half an hour loses nothing. */
  async tryLater({ receiptHandle, attributes }: MessageRecord): Promise<void> {
    const { sqs, queueUrl } = this.#options
    const received = Number(attributes.ApproximateReceiveCount)
    const seconds = backoffSeconds[Math.min(received, backoffSeconds.length) - 1]!
    await sqs.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: queueUrl,
        ReceiptHandle: receiptHandle,
        VisibilityTimeout: seconds,
      }),
    )
  }
}
