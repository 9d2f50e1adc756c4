import test from 'ava'
import { deadLetters } from '../../dead-letters/main.ts'
import { DeadLetterQueue } from '../../dead-letters/queue.ts'

const failed = {
  version: '1.0',
  requestContext: {
    functionArn:
      'arn:aws:lambda:eu-central-1:333333333333:function:payments-lift-prod-settlement-function:$LATEST',
    condition: 'RetriesExhausted',
  },
  requestPayload: { Records: [{ s3: { object: { key: 'day.csv' } } }] },
  responsePayload: { errorType: 'OutOfTimeError', errorMessage: 'DAY-1: 500 of 900 records posted' },
}

/** A queue with these messages, which keeps in `sent` what was asked of AWS. */
function queueOf(bodies: string[], { refuses = false } = {}) {
  const sent: [command: string, input: Record<string, unknown>][] = []
  let messages = bodies.map((Body, index) => ({ MessageId: `m-${index}`, ReceiptHandle: `r-${index}`, Body }))
  const send = async (command: { constructor: { name: string }; input: Record<string, unknown> }) => {
    const { name } = command.constructor
    if (name === 'ReceiveMessageCommand') {
      const given = messages
      messages = []
      return { Messages: given }
    }
    if (name === 'InvokeCommand' && refuses)
      throw Object.assign(new Error('Rate exceeded'), { $metadata: {} })
    sent.push([name, command.input])
    return name === 'ListDeadLetterSourceQueuesCommand' ? { queueUrls: [] } : {}
  }
  const open = () =>
    new DeadLetterQueue({ sqs: { send } as never, lambda: { send } as never }, 'https://sqs/dead')
  return { sent, open }
}
const url = 'https://sqs.eu-central-1.amazonaws.com/333333333333/dead'

test('an event that a function gave up is shown with its error, and handed to that function again', async (t) => {
  const { sent, open } = queueOf([JSON.stringify(failed)])
  t.regex(
    await deadLetters([url], open),
    /payments-lift-prod-settlement-function\n {2}DAY-1: 500 of 900 records posted\n1 lie here/,
  )
  t.deepEqual(
    sent.map(([name]) => name),
    ['ChangeMessageVisibilityCommand'],
    'only put back',
  )

  const again = queueOf([JSON.stringify(failed)])
  await deadLetters([url, '--redrive', '--execute'], again.open)
  t.deepEqual(
    again.sent.map(([name]) => name),
    ['InvokeCommand', 'DeleteMessageCommand'],
    'deleted after',
  )
  t.like(again.sent[0]![1], {
    FunctionName: failed.requestContext.functionArn,
    InvocationType: 'Event',
    Payload: JSON.stringify(failed.requestPayload),
  })
})

test('what could not be handed over stays', async (t) => {
  const { sent, open } = queueOf([JSON.stringify(failed)], { refuses: true })
  await t.throwsAsync(deadLetters([url, '--redrive', '--execute'], open), { message: 'Rate exceeded' })
  t.deepEqual(
    sent.map(([name]) => name),
    ['ChangeMessageVisibilityCommand'],
  )
})

test('mistakes are told', async (t) => {
  const { open } = queueOf(['{}'])
  await t.throwsAsync(deadLetters([], open), { message: /name one queue by its URL/ })
  await t.throwsAsync(deadLetters([url, '--execute'], open), { message: /write --redrive --execute/ })
  await t.throwsAsync(deadLetters([url, '--most', '0'], open), { message: /--most 0/ })
  await t.throwsAsync(deadLetters([url, '--redrive', '--execute'], open), {
    message: /dead letters of 0 queues/,
  })
})
