import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda'
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ListDeadLetterSourceQueuesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import { type Letter, letterOf } from './letter.ts'

/** A redrive that cannot be done. Shown without a stack trace. */
export class DeadLettersError extends Error {
  override readonly name = 'DeadLettersError'
}

/** Long enough to look at them and to put them back; then they show again by themselves. */
const holdSeconds = 120

/** A dead-letter queue. */
export class DeadLetterQueue {
  readonly #sqs: SQSClient
  readonly #lambda: LambdaClient
  readonly #url: string

  constructor(clients: { sqs: SQSClient; lambda: LambdaClient }, url: string) {
    this.#sqs = clients.sqs
    this.#lambda = clients.lambda
    this.#url = url
  }

  /** Up to so many letters, hidden from others for two minutes, or until {@link putBack}. */
  async take(most: number): Promise<Letter[]> {
    const letters = new Map<string, Letter>()
    while (letters.size < most) {
      const { Messages = [] } = await this.#sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: this.#url,
          MaxNumberOfMessages: Math.min(10, most - letters.size),
          VisibilityTimeout: holdSeconds,
          AttributeNames: ['All'],
          MessageAttributeNames: ['All'],
        }),
      )
      if (Messages.length === 0) break
      for (const letter of Messages.map(letterOf)) letters.set(letter.id, letter)
    }
    return [...letters.values()].sort((a, b) => a.at.getTime() - b.at.getTime())
  }

  async putBack({ receipt }: Letter): Promise<void> {
    await this.#sqs.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: this.#url,
        ReceiptHandle: receipt,
        VisibilityTimeout: 0,
      }),
    )
  }

  /** Hands it over again and deletes it then: between the two it may be there twice, which handlers bear. */
  async redrive({ receipt, again }: Letter): Promise<void> {
    if (again.kind === 'event') {
      const { functionArn, payload } = again
      await this.#lambda.send(
        new InvokeCommand({ FunctionName: functionArn, InvocationType: 'Event', Payload: payload }),
      )
    } else {
      await this.#sqs.send(
        new SendMessageCommand({
          QueueUrl: await this.#source(),
          MessageBody: again.body,
          MessageAttributes: again.attributes,
          ...(again.group !== undefined && { MessageGroupId: again.group }),
        }),
      )
    }
    await this.#sqs.send(new DeleteMessageCommand({ QueueUrl: this.#url, ReceiptHandle: receipt }))
  }

  /** The queue whose dead letters lie here. */
  async #source(): Promise<string> {
    const { queueUrls = [] } = await this.#sqs.send(
      new ListDeadLetterSourceQueuesCommand({ QueueUrl: this.#url }),
    )
    const [source, ...more] = queueUrls
    if (source === undefined || more.length > 0) {
      throw new DeadLettersError(
        `${this.#url} keeps the dead letters of ${queueUrls.length} queues, so nobody knows where a message belongs; send it by hand`,
      )
    }
    return source
  }
}
