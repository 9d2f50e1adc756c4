import { Readable } from 'node:stream'
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import type { Refused } from './ledger.ts'

/** One version of an object: what an event is about, whatever was written under its key since. */
export interface Arrived {
  key: string
  version: string
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

  async writeResult(result: Result): Promise<void> {
    await this.#s3.send(
      new PutObjectCommand({
        Bucket: this.#destination,
        Key: `${result.key}.result.json`,
        Body: `${JSON.stringify(result, null, 2)}\n`,
        ContentType: 'application/json',
      }),
    )
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
