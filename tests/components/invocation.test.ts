import test from 'ava'
import fc from 'fast-check'
import { environmentProblems } from '../../components/function-environment.ts'
import { type Invocation, invocationProblems, isAsync } from '../../components/invocation.ts'
import { queueProblems, visibilityFor } from '../../components/payment-queue.ts'

const onFailure = { queueArn: 'arn:aws:sqs:eu-central-1:333333333333:q', keyArn: 'k' }
const limits = { timeoutSeconds: 30, concurrency: 10 }
const timeout = fc.integer({ min: 1, max: 900 })

test('fact 30: retries are 0 to 2 and the age 60 to 21600 s, and nothing else', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: -3, max: 6 }), fc.integer({ min: 0, max: 30000 }), (retries, age) => {
      const invocation = {
        kind: 'objectCreated',
        maxRetries: retries,
        maxEventAgeSeconds: age,
        onFailure,
      } as Invocation
      const legal = retries >= 0 && retries <= 2 && age >= 60 && age <= 21600
      t.is(invocationProblems(invocation, limits).length === 0, legal)
    }),
  )
})

test('fact 29: a message stays hidden for at least six time-outs, and is tried at least five times', (t) => {
  fc.assert(
    fc.property(
      timeout,
      fc.integer({ min: 0, max: 6000 }),
      fc.integer({ min: 0, max: 20 }),
      (seconds, hidden, receives) => {
        const problems = queueProblems(
          { visibilityTimeoutSeconds: hidden, maxReceiveCount: receives },
          seconds,
        )
        t.is(problems.length === 0, hidden >= 6 * seconds && receives >= 5)
      },
    ),
  )
})

test('the visibility chosen for a function is always legal in SQS', (t) => {
  fc.assert(
    fc.property(timeout, (seconds) => {
      t.deepEqual(
        queueProblems({ visibilityTimeoutSeconds: visibilityFor(seconds), maxReceiveCount: 5 }, seconds),
        [],
      )
      t.true(visibilityFor(seconds) <= 43200)
    }),
  )
})

test('a queue is not read by more functions at once than are reserved', (t) => {
  const queue = {
    queueArn: onFailure.queueArn,
    keyArn: 'k',
    visibilityTimeoutSeconds: 180,
    maxReceiveCount: 5,
  }
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30 }), (maxConcurrency) => {
      const problems = invocationProblems({ kind: 'queue', queue, maxConcurrency }, limits)
      t.is(problems.length === 0, maxConcurrency >= 2 && maxConcurrency <= 10)
    }),
  )
})

test('whatever nobody waits for is async', (t) => {
  const kinds: [Invocation['kind'], boolean][] = [
    ['request', false],
    ['queue', false],
    ['async', true],
    ['schedule', true],
    ['objectCreated', true],
  ]
  for (const [kind, async] of kinds) t.is(isAsync({ kind } as Invocation), async, kind)
})

test('all problems are told at once', (t) => {
  const wrong = { kind: 'async', maxRetries: 3, maxEventAgeSeconds: 59 } as unknown as Invocation
  t.is(invocationProblems(wrong, limits).length, 3)
})

test('a variable whose name ends like a secret is refused, its ARN is not', (t) => {
  const word = fc.constantFrom('PASSWORD', 'SECRET', 'TOKEN', 'PRIVATE_KEY', 'API_KEY', 'CREDENTIALS')
  const start = fc.stringMatching(/^[A-Z]{0,8}_?$/)
  fc.assert(
    fc.property(start, word, (prefix, secret) => {
      t.is(environmentProblems({ [`${prefix}${secret}`]: 'x' }).length, 1)
      t.is(environmentProblems({ [`${prefix}${secret}_ARN`]: 'x' }).length, 0)
    }),
  )
})
