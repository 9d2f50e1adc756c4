/** What starts a function is read before anything is done, and what cannot be read is refused with the place. */
import { gzipSync } from 'node:zlib'
import test from 'ava'
import { subscription } from '../../services/log-shipper/subscription.ts'
import { arrivals } from '../../services/settlement/arrival.ts'
import { readMessage, UnreadableError } from '../../services/webhooks/message.ts'
import { messageRecord } from '../../services/webhooks/record.ts'

const packed = (content: string | object) =>
  gzipSync(typeof content === 'string' ? content : JSON.stringify(content)).toString('base64')

/** Where and why, of what was refused. */
function refused(
  schema: typeof subscription | typeof arrivals | typeof messageRecord,
  event: unknown,
): string[] {
  const { error } = schema.safeParse(event)
  return error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? []
}

const logs = {
  messageType: 'DATA_MESSAGE',
  owner: '333333333333',
  logGroup: '/aws/lambda/webhooks',
  logStream: '2026/10/01/[$LATEST]one',
  subscriptionFilters: ['all'],
  logEvents: [{ id: '1', timestamp: 1_790_000_000_000, message: 'a line' }],
}

test('log events come out of gzip and Base64; what is neither is refused', (t) => {
  const read = subscription.parse({ awslogs: { data: packed(logs) } })
  t.like(read.awslogs.data, { logGroup: logs.logGroup, logEvents: logs.logEvents })
  const of = (data: unknown) => refused(subscription, { awslogs: { data } })
  t.regex(of('no Base64!')[0]!, /^awslogs\.data: /)
  t.deepEqual(of(Buffer.from('no gzip').toString('base64')), ['awslogs.data: is no JSON in gzip'])
  t.deepEqual(of(packed('no JSON')), ['awslogs.data: is no JSON in gzip'])
  const { logStream: _, ...less } = logs
  t.regex(of(packed(less))[0]!, /^awslogs\.data\.logStream: /)
  t.regex(of(packed({ ...logs, logEvents: [{ id: '1' }] }))[0]!, /^awslogs\.data\.logEvents\.0\.timestamp: /)
  t.is(refused(subscription, {}).length, 1)
})

test('an arrival has a key and the id of its request; without a version it is read, so that the handler can say so', (t) => {
  const record = {
    responseElements: { 'x-amz-request-id': 'R1', 'x-amz-id-2': 'x' },
    s3: { bucket: { name: 'files', arn: 'a' }, object: { key: 'a+b.csv', size: 3, sequencer: '0A' } },
  }
  t.is(arrivals.parse({ Records: [record] }).Records[0]!.s3.object.versionId, undefined)
  t.is(refused(arrivals, { Records: [] }).length, 1)
  t.regex(
    refused(arrivals, {
      Records: [{ ...record, s3: { bucket: { name: 'files' }, object: { sequencer: '0A' } } }],
    })[0]!,
    /^Records\.0\.s3\.object\.key: /,
  )
})

test('a message needs what its receipt is given back with', (t) => {
  const record = {
    messageId: 'm',
    receiptHandle: 'r',
    body: '{}',
    attributes: { ApproximateReceiveCount: '2', SenderId: 'x' },
  }
  t.deepEqual(refused(messageRecord, record), [])
  t.regex(refused(messageRecord, { ...record, receiptHandle: undefined })[0]!, /^receiptHandle: /)
  t.regex(refused(messageRecord, { ...record, attributes: {} })[0]!, /^attributes\.ApproximateReceiveCount: /)
})

test('a message that is no event says what it lacks, and repeats no value', (t) => {
  const event = {
    id: 'evt_10',
    type: 'payment.captured',
    createdAt: '2026-10-01T00:00:00Z',
    data: { id: 'pay_1', merchant: 'shop-1', amountMinor: 5 },
  }
  t.like(readMessage(JSON.stringify(event)), event)
  const secret = '4242424242424242'
  const unread = (body: unknown) =>
    t.throws(() => readMessage(JSON.stringify(body)), { instanceOf: UnreadableError }).message
  t.is(unread([]), 'the message is no payment event: it: must be an object')
  t.is(
    unread({ ...event, id: secret, traceId: 5, data: { merchant: '' } }),
    'the message is no payment event: id: must be like ^evt_[1-9]\\d{0,18}$; traceId: must be text; data.id: must be text; data.merchant: must not be empty',
  )
})
