import * as z from 'zod/mini'
import { secretArn, text } from '../shared/environment.ts'

export const settlementEnvironment = z.object({
  DATABASE_URL_SECRET_ARN: secretArn,
  SOURCE_BUCKET: text('the bucket that files arrive in'),
  DESTINATION_BUCKET: text('the bucket that results go to'),
})
