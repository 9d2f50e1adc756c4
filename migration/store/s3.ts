import { setTimeout as delay } from 'node:timers/promises'
import { AwsError } from '../aws/errors.ts'
import { calling, lazily, patience } from '../aws/service.ts'
import { parseS3Place } from './place.ts'
import type { Store } from './store.ts'

/** How often a create that was neither refused nor known to be done is tried. */
const creates = 3

export interface S3StoreOptions {
  /** KMS key of what is written; the bucket's own when left out. */
  kmsKeyArn?: string | undefined
  /** Where S3 answers; AWS when left out. */
  endpoint?: string
}

/** A store in a bucket: `s3://bucket/prefix`. A key is created by `If-None-Match: *`, which refuses one that exists. */
export function s3Store(place: string, { kmsKeyArn, endpoint }: S3StoreOptions = {}): Store {
  const load = lazily(async () => {
    const sdk = await import('@aws-sdk/client-s3')
    const client = new sdk.S3Client({ ...patience, ...(endpoint && { endpoint, forcePathStyle: true }) })
    return { sdk, client }
  })
  const { Bucket, prefix } = parseS3Place(place)
  const objectOf = (key: string) => ({ Bucket, Key: prefix + key })
  const named = (key: string) => `s3://${Bucket}/${prefix}${key}`

  async function write(key: string, text: string, condition: { IfNoneMatch?: '*' } = {}): Promise<void> {
    const { client, sdk } = await load()
    const encryption = kmsKeyArn
      ? { ServerSideEncryption: 'aws:kms' as const, SSEKMSKeyId: kmsKeyArn }
      : undefined
    await calling('s3:PutObject', named(key), () =>
      client.send(
        new sdk.PutObjectCommand({ ...objectOf(key), Body: Buffer.from(text), ...condition, ...encryption }),
      ),
    )
  }

  async function read(key: string): Promise<string | undefined> {
    const { client, sdk } = await load()
    try {
      return await calling('s3:GetObject', named(key), async () => {
        const { Body } = await client.send(new sdk.GetObjectCommand(objectOf(key)))
        return Body?.transformToString()
      })
    } catch (error) {
      if (error instanceof AwsError && error.code === 'NoSuchKey') return undefined
      throw error
    }
  }

  return {
    place,
    paceMs: 1000,
    read,
    async create(key, text) {
      for (let attempt = 1; ; attempt++) {
        try {
          await write(key, text, { IfNoneMatch: '*' })
          return true
        } catch (error) {
          const { answered, code } = error as AwsError
          // Another create of the same key was under way (409), or one has won (412), perhaps our own first try.
          const contested = code === 'ConditionalRequestConflict' || code === 'PreconditionFailed'
          if (answered && !contested) throw error
          const standing = await read(key)
          if (standing !== undefined) return standing === text
          if (attempt === creates) throw error
          await delay(50 * attempt)
        }
      }
    },
    put: (key, text) => write(key, text),
    async list(begin) {
      const { client, sdk } = await load()
      return calling('s3:ListBucket', `s3://${Bucket}`, async () => {
        const keys: string[] = []
        for await (const page of sdk.paginateListObjectsV2({ client }, { Bucket, Prefix: prefix + begin })) {
          for (const { Key } of page.Contents ?? []) if (Key) keys.push(Key.slice(prefix.length))
        }
        return keys.sort()
      })
    },
    async remove(key) {
      const { client, sdk } = await load()
      await calling('s3:DeleteObject', named(key), () =>
        client.send(new sdk.DeleteObjectCommand(objectOf(key))),
      )
    },
  }
}
