/** Lambda: messages of the webhook queue, each a call to a merchant. */

import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch'
import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency'
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb'
import { parse } from '@aws-lambda-powertools/parser'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { SQSClient } from '@aws-sdk/client-sqs'
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import { createLogger } from '../logging/lambda-log.ts'
import { openDatabase } from '../shared/database.ts'
import { readEnvironment } from '../shared/environment.ts'
import { readSecret } from '../shared/secret.ts'
import { callMerchant } from './call.ts'
import { webhooksEnvironment } from './environment.ts'
import { Letters } from './letters.ts'
import { readMessage, UnreadableError } from './message.ts'
import { messageRecord } from './record.ts'

/** Longer than a message can live in the queue and its dead letters together. */
const rememberSeconds = 30 * 24 * 3600

const environment = readEnvironment('webhooks', webhooksEnvironment)
const logger = createLogger('webhooks')
const [databaseUrl, signingKey] = await Promise.all([
  readSecret(environment.DATABASE_URL_SECRET_ARN),
  readSecret(environment.SIGNING_KEY_SECRET_ARN),
])
const database = openDatabase(databaseUrl, logger)
const letters = new Letters({
  sqs: new SQSClient({}),
  queueUrl: environment.QUEUE_URL,
  deadLettersUrl: environment.DEAD_LETTERS_URL,
  maxReceives: environment.MAX_RECEIVES,
})
const idempotency = new IdempotencyConfig({
  eventKeyJmesPath: 'id',
  throwOnNoIdempotencyKey: true,
  expiresAfterSeconds: rememberSeconds,
})
const call = makeIdempotent(callMerchant, {
  persistenceStore: new DynamoDBPersistenceLayer({
    tableName: environment.IDEMPOTENCY_TABLE,
    awsSdkV3Client: new DynamoDBClient({}),
  }),
  config: idempotency,
  keyPrefix: 'webhooks',
})
const processor = new BatchProcessor(EventType.SQS)

async function handle(raw: SQSRecord): Promise<void> {
  const record = parse(raw, undefined, messageRecord)
  let trace = {}
  try {
    const event = readMessage(record.body)
    if (event.traceId !== undefined) trace = { correlation_id: event.traceId }
    const { called } = await call(event, { database, signingKey })
    logger.info('webhook', { ...trace, event: event.id, payment: event.data.id, called })
  } catch (error) {
    const { message } = error as Error
    const hopeless = error instanceof UnreadableError
    if (hopeless || letters.isLast(record)) {
      logger.error('webhook given up', { ...trace, messageId: record.messageId, reason: message })
      return letters.giveUp(record, message)
    }
    logger.warn('webhook tried later', { ...trace, messageId: record.messageId, reason: message })
    await letters.tryLater(record)
    throw error
  }
}

export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  logger.addContext(context)
  idempotency.registerLambdaContext(context)
  return processPartialResponse(event, handle, processor, { context, throwOnFullBatchFailure: false })
}
