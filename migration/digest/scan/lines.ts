/** Lines of a file that may be larger than memory should hold. */
import { closeSync, openSync, readSync } from 'node:fs'

/** Where a line is in its file, bytes. */
export interface Line {
  start: number
  length: number
}

const pieceBytes = 1024 * 1024

/** Whole lines only: what follows the last line feed was not written to its end. */
export function* lines(path: string): Generator<[text: string, line: Line]> {
  const file = openSync(path, 'r')
  try {
    const piece = Buffer.alloc(pieceBytes)
    let rest = Buffer.alloc(0)
    let start = 0
    for (let read = readSync(file, piece); read > 0; read = readSync(file, piece)) {
      let text = Buffer.concat([rest, piece.subarray(0, read)])
      for (let end = text.indexOf(10); end >= 0; end = text.indexOf(10)) {
        yield [text.toString('utf8', 0, end), { start, length: end }]
        text = text.subarray(end + 1)
        start += end + 1
      }
      rest = Buffer.from(text)
    }
  } finally {
    closeSync(file)
  }
}

export function lineAt(path: string, { start, length }: Line): string {
  const file = openSync(path, 'r')
  try {
    const line = Buffer.alloc(length)
    readSync(file, line, 0, length, start)
    return line.toString('utf8')
  } finally {
    closeSync(file)
  }
}
