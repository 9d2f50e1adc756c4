import { createReadStream, statSync } from 'node:fs'
import { basename } from 'node:path'
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { CostsError } from './errors.ts'

export interface Source {
  /** What errors call it. */
  name: string
  /** What its lines are about when they do not say. */
  functionName: string
  chunks: AsyncIterable<Buffer>
}

/** A file, gzip or plain, whatever its ending; `-` is standard input. */
export function openSource(path: string, stdin: AsyncIterable<Buffer> = process.stdin): Source {
  if (path === '-')
    return { name: 'standard input', functionName: '(unnamed)', chunks: plain(stdin, 'standard input') }
  const problem = cannotRead(path)
  if (problem) throw new CostsError(`${path}: ${problem}`)
  const chunks = createReadStream(path, { highWaterMark: 256 * 1024 })
  return { name: path, functionName: nameOf(path), chunks: plain(chunks, path) }
}

function cannotRead(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found) return 'there is no such file'
  return found.isDirectory() ? `is a folder; name its files, such as ${path.replace(/\/$/, '')}/*` : undefined
}

/** `/aws/lambda/x` in a path wins; otherwise the file's name: `webhooks.log.gz` → `webhooks`. */
function nameOf(path: string): string {
  const group = /aws[/_-]lambda[/_-]([\w.-]+?)(?=\/|$)/.exec(path)?.[1] ?? basename(path)
  return group.replace(/(\.(gz|log|txt|json|jsonl|ndjson))+$/, '')
}

/** Unpacks what begins like gzip. Members one after the other, as S3 exports have them, are one stream. */
async function* plain(chunks: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer> {
  const iterator = chunks[Symbol.asyncIterator]()
  try {
    let head = Buffer.alloc(0)
    while (head.length < 2) {
      const { value, done } = await iterator.next()
      if (done) break
      head = Buffer.concat([head, value])
    }
    const packed = head[0] === 0x1f && head[1] === 0x8b
    const all = (async function* () {
      if (head.length > 0) yield head
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value
    })()
    if (packed) yield* unpack(all)
    else yield* all
  } catch (error) {
    throw new CostsError(`${name}: ${reason(error as NodeJS.ErrnoException)}`)
  } finally {
    await iterator.return?.()
  }
}

async function* unpack(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const packed = Readable.from(chunks, { objectMode: false })
  const gunzip = createGunzip({ chunkSize: 256 * 1024 })
  packed.on('error', (error) => gunzip.destroy(error))
  yield* packed.pipe(gunzip) as AsyncIterable<Buffer>
}

function reason({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'EACCES') return 'may not be read by this user'
  if (code === 'Z_BUF_ERROR') return 'ends in the middle of its gzip data; fetch it again'
  return code?.startsWith('Z_') ? `is damaged gzip data (${message}); fetch it again` : message
}
