/** Lambda: log events of a subscription of CloudWatch Logs, sent on to Logstash. */

import { parse } from '@aws-lambda-powertools/parser'
import type { Context } from 'aws-lambda'
import { createLogger } from '../logging/lambda-log.ts'
import { readEnvironment } from '../shared/environment.ts'
import { toEcs } from './ecs.ts'
import { logShipperEnvironment } from './environment.ts'
import { sendLines } from './send.ts'
import { subscription } from './subscription.ts'

/** Left to report a failure in. */
const reserveMs = 2000

const environment = readEnvironment('log-shipper', logShipperEnvironment)
const logger = createLogger('log-shipper')

/** Fails as a whole when a line may not have arrived: Lambda delivers the batch again, and its ids are the same. */
export async function handler(event: unknown, context: Context): Promise<void> {
  logger.addContext(context)
  const { data } = parse(event, undefined, subscription).awslogs
  if (data.messageType !== 'DATA_MESSAGE') return
  const lines = data.logEvents.map((each) => JSON.stringify(toEcs(data, each)))
  await sendLines(lines, {
    host: environment.LOG_HOST,
    port: environment.LOG_PORT,
    timeoutMs: Math.max(1000, context.getRemainingTimeInMillis() - reserveMs),
  })
}
