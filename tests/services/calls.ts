import type { IncomingMessage } from 'node:http'
import { accountId, region } from './moto.ts'
import type { Call } from './policy.ts'

/** What an IAM action is called in the API, where a policy names only one of several. */
const sameAs: Record<string, string> = {
  'sqs:SendMessageBatch': 'sqs:SendMessage',
  'sqs:DeleteMessageBatch': 'sqs:DeleteMessage',
  'sqs:ChangeMessageVisibilityBatch': 'sqs:ChangeMessageVisibility',
}

const targets: Record<string, string> = {
  DynamoDB_20120810: 'dynamodb',
  AmazonSQS: 'sqs',
  secretsmanager: 'secretsmanager',
}

type Body = Record<string, string>
const resources: Record<string, (body: Body) => string> = {
  dynamodb: ({ TableName }) => `arn:aws:dynamodb:${region}:${accountId}:table/${TableName}`,
  sqs: ({ QueueUrl }) => `arn:aws:sqs:${region}:${accountId}:${QueueUrl!.split('/').at(-1)}`,
  secretsmanager: ({ SecretId }) => SecretId!,
}

function s3Call({ method, url }: IncomingMessage): Call {
  const { pathname, searchParams } = new URL(url!, 'http://s3')
  const multipart = searchParams.has('uploadId') || searchParams.has('uploads')
  const actions: Record<string, string> = {
    GET: searchParams.has('versionId') ? 'GetObjectVersion' : 'GetObject',
    PUT: 'PutObject',
    POST: 'PutObject',
    DELETE: multipart ? 'AbortMultipartUpload' : 'DeleteObject',
  }
  return {
    action: `s3:${actions[method!]}`,
    resource: `arn:aws:s3:::${decodeURIComponent(pathname.slice(1))}`,
  }
}

/** The call that a request makes, as a policy knows it. */
export function callOf(request: IncomingMessage, body: Buffer): Call {
  const [prefix, operation] = String(request.headers['x-amz-target'] ?? '').split('.')
  const service = targets[prefix!]
  if (!service) return s3Call(request)
  const action = `${service}:${operation}`
  return {
    action: sameAs[action] ?? action,
    resource: resources[service]!(JSON.parse(body.toString()) as Body),
  }
}

const sqsSend = ['kms:GenerateDataKey', 'kms:Decrypt']
/**
 * What AWS asks of KMS with the caller's rights, when the resource is encrypted with a customer's key.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html (Decrypt for parts)
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
 */
const consequences: Record<string, string[]> = {
  'sqs:SendMessage': sqsSend,
  'sqs:ReceiveMessage': ['kms:Decrypt'],
  'secretsmanager:GetSecretValue': ['kms:Decrypt'],
  's3:GetObjectVersion': ['kms:Decrypt'],
  's3:GetObject': ['kms:Decrypt'],
  's3:PutObject': ['kms:GenerateDataKey'],
  'dynamodb:GetItem': ['kms:Decrypt'],
  'dynamodb:PutItem': ['kms:Decrypt'],
  'dynamodb:UpdateItem': ['kms:Decrypt'],
  'dynamodb:DeleteItem': ['kms:Decrypt'],
}

/** The calls to KMS that follow from a call on something encrypted with a key. */
export const keyCalls = ({ action }: Call, keyArn: string): Call[] =>
  (consequences[action] ?? []).map((each) => ({
    action: each,
    resource: keyArn,
    keys: { 'kms:ViaService': `${action.split(':')[0]}.${region}.amazonaws.com` },
  }))
