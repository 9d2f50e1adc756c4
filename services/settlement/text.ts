import type { Hash } from 'node:crypto'
import type { Problem } from './format.ts'

const [lineFeed, carriageReturn, space, tilde] = [0x0a, 0x0d, 0x20, 0x7e]

/**
 * The same bytes, up to the line before the first that is no ASCII; that one is told in `foreign`. A file in UTF-16, in
 * Latin-1 or compressed is known by it, and no decoder has to guess.
 */
export async function* onlyAscii(
  chunks: AsyncIterable<Uint8Array>,
  hash: Hash,
  foreign: Problem[],
): AsyncGenerator<Uint8Array> {
  let line = 1
  for await (const chunk of chunks) {
    hash.update(chunk)
    let lineStart = 0
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at]!
      if (byte >= space && byte <= tilde) continue
      if (byte === lineFeed) {
        line++
        lineStart = at + 1
      } else if (byte !== carriageReturn) {
        if (lineStart > 0) yield chunk.subarray(0, lineStart)
        const hex = byte.toString(16).padStart(2, '0').toUpperCase()
        foreign.push({
          line,
          reason: `the byte 0x${hex} is no ASCII: the file is in another encoding, or is no text`,
        })
        return
      }
    }
    yield chunk
  }
}
