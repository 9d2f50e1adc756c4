import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import type { ExecutionContext } from 'ava'
import type { SQSBatchResponse, SQSRecord } from 'aws-lambda'
import { buildFunctions } from '../../services/bundle.ts'
import { testPostgres, testSandbox } from '../postgres.ts'
import { selfSigned } from './certificate.ts'
import { type Cloud, type PartName, startCloud } from './cloud.ts'
import { Instance } from './instance.ts'
import { paymentsDatabase } from './payments-world.ts'

type Teardown = Pick<ExecutionContext, 'teardown'>

export const signingKey = 'a signing key of the tests, of no use anywhere else'

/** AWS, a payments database, a merchant and the bundles, for one test file. */
export async function startWorld() {
  const ends: (() => void)[] = []
  const held = { teardown: (end: () => void) => void ends.push(end) }
  const server = await testPostgres(undefined, 'target')
  const database = await paymentsDatabase(held as never, server)
  const cloud = await startCloud({ 'database-url': database.url, 'webhook-signing-key': signingKey })
  const merchant = await startMerchant()
  await database.owner.query('insert into merchant_endpoints values ($1, $2)', ['shop-1', merchant.url])
  const bundles = await buildFunctions(join(testSandbox().dir, 'functions'), ['settlement', 'webhooks'])
  const file = (name: string) => bundles.find((bundle) => bundle.name === name)!.file
  return {
    cloud,
    merchant,
    ...database,
    ...clientsOf(cloud),
    /** An instance of a function, under the role of its own. */
    instance: (t: Teardown, part: 'settlement' | 'webhooks') =>
      Instance.start(t, file(part), { ...cloud.environment(part), NODE_EXTRA_CA_CERTS: merchant.ca }),
    async close() {
      cloud.close()
      merchant.close()
      for (const end of ends) await end()
    },
  }
}
export type World = Awaited<ReturnType<typeof startWorld>>

/** A merchant over TLS: keeps what it was told, and answers what `answers` says. */
async function startMerchant() {
  const tls = selfSigned()
  const ca = join(testSandbox().dir, 'merchant-ca.pem')
  writeFileSync(ca, tls.cert)
  const calls: { headers: Record<string, string>; body: string }[] = []
  const answers = {
    status: (body: string): number | Promise<number> => (body.includes('"fails":true') ? 500 : 200),
  }
  const server = createServer(tls, async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString()
    calls.push({ headers: request.headers as Record<string, string>, body })
    response.writeHead(await answers.status(body)).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `https://localhost:${(server.address() as AddressInfo).port}/hooks`
  const close = () => {
    server.close()
    server.closeAllConnections()
  }
  return { url, ca, calls, answers, close }
}

/** What a client of the SDK needs to call as a part does. */
export function clientSettings(environment: Record<string, string>) {
  const { AWS_REGION, AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } =
    environment
  return {
    region: AWS_REGION!,
    endpoint: AWS_ENDPOINT_URL!,
    credentials: {
      accessKeyId: AWS_ACCESS_KEY_ID!,
      secretAccessKey: AWS_SECRET_ACCESS_KEY!,
      sessionToken: AWS_SESSION_TOKEN!,
    },
    maxAttempts: 1,
  }
}

/** Client of SQS with the rights of a part. */
export const sqsOf = (cloud: Cloud, part: PartName): SQSClient =>
  new SQSClient(clientSettings(cloud.environment(part)))

/** What the test itself does and looks at, with all rights. */
function clientsOf(cloud: Cloud) {
  const s3 = new S3Client({ ...clientSettings(cloud.admin), forcePathStyle: true })
  const sqs = new SQSClient(clientSettings(cloud.admin))
  const { SOURCE_BUCKET, DESTINATION_BUCKET } = cloud.environment('settlement')
  const { QUEUE_URL, DEAD_LETTERS_URL } = cloud.environment('webhooks')
  return {
    s3,
    sqs,
    queueUrl: QUEUE_URL!,
    deadLettersUrl: DEAD_LETTERS_URL!,
    /** Puts a file into the source bucket; returns the event that S3 would send. */
    async upload(key: string, text: string | Uint8Array) {
      const { VersionId } = await s3.send(
        new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key: key, Body: text }),
      )
      return arrivedEvent(SOURCE_BUCKET!, key, VersionId!)
    },
    async result(key: string): Promise<string | undefined> {
      try {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: DESTINATION_BUCKET, Key: key }))
        return await Body!.transformToString()
      } catch (error) {
        if ((error as Error).name === 'NoSuchKey') return undefined
        throw error
      }
    },
    async send(body: string, group?: string) {
      const grouped = group === undefined ? {} : { MessageGroupId: group }
      await sqs.send(new SendMessageCommand({ QueueUrl: QUEUE_URL, MessageBody: body, ...grouped }))
    },
    /** Takes all messages out of a queue. */
    async drain(url: string): Promise<Message[]> {
      const all: Message[] = []
      for (;;) {
        const { Messages = [] } = await sqs.send(
          new ReceiveMessageCommand({
            QueueUrl: url,
            MaxNumberOfMessages: 10,
            AttributeNames: ['All'],
            MessageAttributeNames: ['All'],
          }),
        )
        if (Messages.length === 0) return all
        all.push(...Messages)
        for (const { ReceiptHandle } of Messages)
          await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle }))
      }
    },
  }
}

/** What Lambda's poller does with the rights of the function: receive a batch, and delete what was handled. */
export async function poll(
  cloud: Cloud,
  instance: Instance,
  url: string,
  remainingMs?: number,
): Promise<SQSRecord[]> {
  const sqs = sqsOf(cloud, 'webhooks')
  await sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }))
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10, AttributeNames: ['All'] }),
  )
  const records = Messages.map(recordOf)
  const { batchItemFailures } = await instance.invoke<SQSBatchResponse>({ Records: records }, remainingMs)
  const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier))
  for (const { MessageId, ReceiptHandle } of Messages)
    if (!failed.has(MessageId!)) await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle }))
  return records.filter(({ messageId }) => failed.has(messageId))
}

/** Makes a message visible at once that a handler has put off. */
export const wake = ({ cloud, queueUrl }: World, { receiptHandle }: SQSRecord) =>
  sqsOf(cloud, 'webhooks').send(
    new ChangeMessageVisibilityCommand({
      QueueUrl: queueUrl,
      ReceiptHandle: receiptHandle,
      VisibilityTimeout: 0,
    }),
  )

const recordOf = ({ MessageId, ReceiptHandle, Body, Attributes, MD5OfBody }: Message): SQSRecord => ({
  messageId: MessageId!,
  receiptHandle: ReceiptHandle!,
  body: Body!,
  attributes: {
    ApproximateReceiveCount: Attributes!.ApproximateReceiveCount!,
    SentTimestamp: Attributes!.SentTimestamp!,
    SenderId: Attributes!.SenderId!,
    ApproximateFirstReceiveTimestamp: Attributes!.ApproximateFirstReceiveTimestamp!,
    ...(Attributes!.MessageGroupId !== undefined && { MessageGroupId: Attributes!.MessageGroupId }),
  },
  messageAttributes: {},
  md5OfBody: MD5OfBody!,
  eventSource: 'aws:sqs',
  eventSourceARN: 'arn:aws:sqs:eu-central-1:333333333333:payments-lift-prod-webhook-queue',
  awsRegion: 'eu-central-1',
})

let uploads = 0
function arrivedEvent(bucket: string, key: string, version: string) {
  const text = readFileSync(join(import.meta.dirname, 'object-created.json'), 'utf8')
  const event = JSON.parse(text)
  Object.assign(event.Records[0].s3.bucket, { name: bucket, arn: `arn:aws:s3:::${bucket}` })
  Object.assign(event.Records[0].s3.object, {
    key: encodeURIComponent(key),
    versionId: version,
    sequencer: (++uploads).toString(16).padStart(18, '0').toUpperCase(),
  })
  return event
}

/** The network's reference of a record; no two files have one. */
export const referenceOf = (id: string, number: number): string =>
  `${id.replaceAll('-', '')}${String(number).padStart(6, '0')}`

/** A settlement file that settles these payments whole. */
export function settlementFile(
  id: string,
  entries: { payment: string; amount: number; currency?: string }[],
): string {
  const lines = entries.map(
    ({ payment, amount, currency = 'EUR' }, index) =>
      `R,${referenceOf(id, index + 1)},${payment},${currency},${amount}`,
  )
  const sum = entries.reduce((total, { amount }) => total + amount, 0)
  return [`H,1,${id},2026-03-01,NET`, ...lines, `T,${entries.length},${sum}`, ''].join('\n')
}
