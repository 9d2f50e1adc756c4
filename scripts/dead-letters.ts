/** What lies in a dead-letter queue and why, and handing it over again: npm run dead-letters -- QUEUE_URL */
import { LambdaClient } from '@aws-sdk/client-lambda'
import { SQSClient } from '@aws-sdk/client-sqs'
import { deadLetters } from '../dead-letters/main.ts'
import { DeadLetterQueue, DeadLettersError } from '../dead-letters/queue.ts'

const open = (url: string) =>
  new DeadLetterQueue({ sqs: new SQSClient({}), lambda: new LambdaClient({}) }, url)
try {
  process.stdout.write(await deadLetters(process.argv.slice(2), open))
} catch (error) {
  const { name, message, $metadata } = error as Error & { $metadata?: object; code?: string }
  const known =
    error instanceof DeadLettersError ||
    $metadata !== undefined ||
    name === 'CredentialsProviderError' ||
    (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS')
  if (!known) throw error
  process.stderr.write(`dead-letters: ${message}\n`)
  process.exitCode = 2
}
