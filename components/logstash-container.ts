import type * as pulumi from '@pulumi/pulumi'
import type { ContainerArgs } from './container.ts'
import type { Context } from './context.ts'
import { deadLetterPrefix, linesPrefix } from './log-archive.ts'
import { logInputs } from './log-balancer.ts'
import type { Statement } from './policies.ts'

export interface LogstashArgs {
  context: Context
  /** Logstash with the OpenSearch output; with digest. */
  image: string
  searchEndpoint: pulumi.Input<string>
  searchArn: string
  archive: { bucketName: string; arn: string }
  /** KMS key of the class logs. */
  keyArn: pulumi.Input<string>
}

/**
 * How much Logstash keeps on disk while search does not take lines. The disk of a Fargate task dies with it: when a
 * task is killed, at most this much is lost to search, never to the archive for lines of functions, which take the
 * other way.
 */
export const queueMaxMb = 1024

export const logstashContainer = (args: LogstashArgs): ContainerArgs => ({
  name: 'logstash',
  image: args.image,
  ports: Object.values(logInputs),
  environment: {
    BEATS_PORT: String(logInputs.beats),
    JSON_LINES_PORT: String(logInputs.jsonLines),
    SEARCH_ENDPOINT: args.searchEndpoint,
    ARCHIVE_BUCKET: args.archive.bucketName,
    ARCHIVE_PREFIX: `${linesPrefix}logstash/`,
    DEAD_LETTERS_BUCKET: args.archive.bucketName,
    DEAD_LETTERS_PREFIX: `${deadLetterPrefix}logstash/`,
    QUEUE_MAX_MB: String(queueMaxMb),
    STACK: args.context.stack,
    AWS_REGION: args.context.region,
  },
  writable: [
    { volume: 'queue', path: '/usr/share/logstash/data' },
    { volume: 'temporary', path: '/tmp' },
  ],
  // Time to empty its queue into search.
  stopTimeoutSeconds: 120,
})

/**
 * Index lines, and keep them in the archive; those that search does not take in its corner. Its S3 output always names
 * an ACL, even where the bucket has none.
 */
export const logstashStatements = ({ searchArn, archive, keyArn }: LogstashArgs): Statement[] => [
  {
    sid: 'IndexLines',
    actions: ['es:ESHttpGet', 'es:ESHttpHead', 'es:ESHttpPost', 'es:ESHttpPut'],
    resources: [`${searchArn}/*`],
  },
  {
    sid: 'KeepLines',
    actions: ['s3:PutObject', 's3:PutObjectAcl', 's3:AbortMultipartUpload'],
    resources: [`${archive.arn}/${linesPrefix}logstash/*`],
  },
  {
    sid: 'KeepDeadLetters',
    actions: ['s3:PutObject', 's3:PutObjectAcl', 's3:AbortMultipartUpload'],
    resources: [`${archive.arn}/${deadLetterPrefix}logstash/*`],
  },
  { sid: 'EncryptArchive', actions: ['kms:GenerateDataKey', 'kms:Decrypt'], resources: [keyArn] },
]
