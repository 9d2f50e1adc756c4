/** Lambda: a settlement file arrived in S3. */

import { parse } from '@aws-lambda-powertools/parser'
import { S3Client } from '@aws-sdk/client-s3'
import type { Context } from 'aws-lambda'
import { createLogger } from '../logging/lambda-log.ts'
import { openDatabase } from '../shared/database.ts'
import { readEnvironment } from '../shared/environment.ts'
import { readSecret } from '../shared/secret.ts'
import { arrivals } from './arrival.ts'
import { settlementEnvironment } from './environment.ts'
import { SettlementBuckets } from './files.ts'
import { SettlementLedger } from './ledger.ts'
import { settle } from './settle.ts'

const environment = readEnvironment('settlement', settlementEnvironment)
const logger = createLogger('settlement')
const database = openDatabase(await readSecret(environment.DATABASE_URL_SECRET_ARN), logger)
const ledger = new SettlementLedger(database)
const buckets = new SettlementBuckets(new S3Client({}), {
  source: environment.SOURCE_BUCKET,
  destination: environment.DESTINATION_BUCKET,
})

export async function handler(event: unknown, context: Context): Promise<void> {
  const { Records } = parse(event, undefined, arrivals)
  logger.addContext(context)
  for (const { s3, responseElements } of Records) {
    logger.setCorrelationId(responseElements['x-amz-request-id'])
    const key = decodeURIComponent(s3.object.key.replaceAll('+', ' '))
    const { versionId: version, sequencer } = s3.object
    if (version === undefined)
      throw new Error(`${key}: the bucket ${s3.bucket.name} keeps no versions; it must`)
    const { result, current } = await settle(
      { key, version, sequencer },
      { buckets, ledger, remainingMs: () => context.getRemainingTimeInMillis() },
    )
    if (!current) logger.warn('a later version of the settlement file has its result', { key, version })
    if (result.state === 'rejected') logger.error('settlement file rejected', { result })
    else logger.info('settlement file posted', { result })
  }
}
