import type * as pulumi from '@pulumi/pulumi'
import { type QueueSource, queueProblems } from './payment-queue.ts'
import { outside } from './refuse.ts'

/** What happens to an event that nobody waits for. All three must be said: AWS's silent default drops events. */
export interface AfterFailure {
  /** How often Lambda tries again after the first time. */
  maxRetries: 0 | 1 | 2
  /** How old an event may get before it counts as failed, in seconds: 60 to 21600. */
  maxEventAgeSeconds: number
  /** Queue where a failed event is kept, with the error. */
  onFailure: { queueArn: string; keyArn: pulumi.Input<string> }
}

/** How a function is invoked; one way a function. */
export type Invocation =
  /** Somebody calls and waits; retries, with backoff and the same idempotency key, are the caller's. */
  | { kind: 'request' }
  /** An AWS service hands over an event and does not wait. */
  | (AfterFailure & {
      kind: 'async'
      /** Such as logs.eu-central-1.amazonaws.com, and the ARN (`*` at its end allowed) of what may send. */
      by: { principal: string; sourceArn: pulumi.Input<string> }
    })
  /** Messages of a queue, in batches; those that fail come back one by one. */
  | {
      kind: 'queue'
      queue: QueueSource
      /** Messages a batch, 1 to 10. Default: 10. */
      batchSize?: number
      /** How many batches at once, 2 to 1000. Default: the function's reserved concurrency. */
      maxConcurrency?: number
    }
  /** By the clock. */
  | (AfterFailure & {
      kind: 'schedule'
      /** Such as `rate(5 minutes)` or `cron(0 3 * * ? *)`. */
      expression: string
      /** Such as Europe/Berlin. Default: UTC. */
      timezone?: string
    })
  /** A file arrived in a bucket; SettlementFiles connects the two. */
  | (AfterFailure & { kind: 'objectCreated' })

/** Does nobody wait for the answer, so that a failure must have a place to go to? */
export const isAsync = (invocation: Invocation): invocation is Extract<Invocation, AfterFailure> =>
  'onFailure' in invocation || ['async', 'schedule', 'objectCreated'].includes(invocation.kind)

const arnOfQueue = /^arn:[a-z-]+:sqs:[a-z0-9-]+:\d{12}:\S+$/

/** Why a function must not be invoked like this. Also for callers whose types say nothing. */
export function invocationProblems(
  invocation: Invocation,
  { timeoutSeconds, concurrency }: { timeoutSeconds: number; concurrency: number },
): string[] {
  if (invocation.kind === 'queue') {
    const { queue, batchSize = 10, maxConcurrency = concurrency } = invocation
    return [
      ...queueProblems(queue, timeoutSeconds),
      ...outside('batchSize', batchSize, 1, 10),
      ...outside('maxConcurrency', maxConcurrency, 2, 1000),
      ...(maxConcurrency > concurrency
        ? [
            `maxConcurrency is ${maxConcurrency}; more than the reserved ${concurrency} are throttled and their messages die`,
          ]
        : []),
    ]
  }
  if (!isAsync(invocation)) return []
  const { maxRetries, maxEventAgeSeconds, onFailure } = invocation
  return [
    ...outside('maxRetries', maxRetries, 0, 2),
    ...outside('maxEventAgeSeconds', maxEventAgeSeconds, 60, 21600),
    ...(arnOfQueue.test(onFailure?.queueArn)
      ? []
      : ['onFailure names no queue; a failed event would be lost, give it DeadLetters']),
    ...(invocation.kind === 'schedule' && !/^(rate|cron|at)\(.+\)$/.test(invocation.expression)
      ? [`expression is «${invocation.expression}»; write rate(5 minutes) or cron(0 3 * * ? *)`]
      : []),
  ]
}
