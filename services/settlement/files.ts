import { Readable } from 'node:stream'
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import type { Refused } from './ledger.ts'

/** One version of an object: what an event is about, whatever was written under its key since. */
export interface Arrived {
  key: string
  version: string
  /** S3's, of the event: {@link isLater} of two of a key. */
  sequencer: string
}

/** What becomes of a file, beside its key in the destination. Says the same however often the file is handled. */
export type Result =
  | { key: string; version: string; state: 'rejected'; problems: { line: number; reason: string }[] }
  | {
      key: string
      version: string
      state: 'posted'
      file: string
      day: string
      network: string
      records: number
      sum: string
      content: string
      settled: number
      refused: number
    }

/** The two buckets. */
export class SettlementBuckets {
  readonly #s3: S3Client
  readonly #source: string
  readonly #destination: string

  constructor(s3: S3Client, { source, destination }: { source: string; destination: string }) {
    this.#s3 = s3
    this.#source = source
    this.#destination = destination
  }

  async read({ key, version }: Arrived): Promise<AsyncIterable<Uint8Array>> {
    const { Body } = await this.#s3.send(
      new GetObjectCommand({ Bucket: this.#source, Key: key, VersionId: version }),
    )
    return Body as unknown as AsyncIterable<Uint8Array>
  }

  /**
   * Writes the result, unless that of a later version is there: events may come again, and late.
   * @returns false when a later one is there
   */
  async writeResult(result: Result, sequencer: string): Promise<boolean> {
    const place = { Bucket: this.#destination, Key: `${result.key}.result.json` }
    const content = {
      Body: `${JSON.stringify(result, null, 2)}\n`,
      ContentType: 'application/json',
      Metadata: { sequencer },
    }
    for (let condition: Condition = { IfNoneMatch: '*' }, tries = 1; ; tries++) {
      try {
        await this.#s3.send(new PutObjectCommand({ ...place, ...content, ...condition }))
        return true
      } catch (error) {
        if (!overtaken.has((error as Error).name) || tries === mostTries) throw error
      }
      // Asked only now: whoever may not list a bucket cannot ask for what may not be there.
      const { ETag, Metadata, Body } = await this.#s3.send(new GetObjectCommand(place))
      await Body!.transformToByteArray() // or the connection stays taken
      if (isLater(Metadata?.sequencer ?? '', sequencer)) return false
      condition = { IfMatch: ETag! }
    }
  }

  /** As many lines as there are, in parts of 5 MB; an upload that breaks off leaves nothing behind. */
  async writeRefused(key: string, lines: AsyncIterable<Refused>): Promise<void> {
    const body = Readable.from(csv(lines))
    const upload = new Upload({
      client: this.#s3,
      queueSize: 1,
      params: {
        Bucket: this.#destination,
        Key: `${key}.refused.csv`,
        Body: body,
        ContentType: 'text/csv; charset=us-ascii',
      },
    })
    await upload.done()
  }
}

type Condition = { IfNoneMatch: '*' } | { IfMatch: string }
/** Somebody else wrote the object since it was looked at, or at the same time. */
const overtaken = new Set(['PreconditionFailed', 'ConditionalRequestConflict'])
const mostTries = 5

/**
 * Is one sequencer later than the other? The shorter is padded with zeros on the right.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export const isLater = (one: string, other: string): boolean => {
  const length = Math.max(one.length, other.length)
  return one.toUpperCase().padEnd(length, '0') > other.toUpperCase().padEnd(length, '0')
}

async function* csv(lines: AsyncIterable<Refused>): AsyncGenerator<Buffer> {
  let block = 'line,reference,payment,reason\n'
  for await (const { line, reference, payment, reason } of lines) {
    block += `${line},${reference},${payment},"${reason}"\n`
    if (block.length < 65_536) continue
    yield Buffer.from(block)
    block = ''
  }
  yield Buffer.from(block)
}
