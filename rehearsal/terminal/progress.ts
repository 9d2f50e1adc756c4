import { stripVTControlCharacters } from 'node:util'
import { painter } from './paint.ts'
import type { Status } from './status.ts'
import { statusBlock, statusLine } from './status.ts'

export interface ProgressOptions {
  /** Redraw a block in place; otherwise plain lines, one a second at most, and no control codes. */
  tty: boolean
  color: boolean
  columns: number
  /** A monotonic clock; tests pass their own. */
  nowMs?: () => number
}

export interface Progress {
  /** Shows what goes on now. Call it as often as there is news: it draws no more often than can be read. */
  update(status: Status): void
  /** Prints lines that stay, above the status. */
  line(text: string): void
  /** Takes the status away; what is printed afterwards stands alone. May be called twice. */
  stop(): void
}

/** A terminal, a file or a pipe; `columns` changes when a window is resized. */
export interface ProgressStream {
  write(text: string): unknown
  columns?: number | undefined
}

const REDRAW_EVERY_MS = 80
const PRINT_EVERY_MS = 1000

/** Starts no timer and hides no cursor: whatever ends the process leaves the terminal usable. */
export function createProgress(stream: ProgressStream, options: ProgressOptions): Progress {
  return options.tty ? liveProgress(stream, options) : plainProgress(stream, options)
}

function liveProgress(stream: ProgressStream, options: ProgressOptions): Progress {
  const { color, columns, nowMs = () => performance.now() } = options
  const paint = painter(color)
  let drawn = 0
  let drawnAtMs = Number.NEGATIVE_INFINITY
  let latest: Status | undefined
  let stopped = false

  /** Back to where the block starts, and everything below it erased. */
  const erase = () => (drawn === 0 ? '' : `\r\u001b[${drawn}A\u001b[J`)

  function draw(above: string): void {
    // One column less: a full last column makes some terminals wrap.
    const width = (stream.columns || columns) - 1
    const block = latest === undefined ? [] : statusBlock(latest, paint, width)
    stream.write(`${erase()}${above}${block.map((line) => `${line}\n`).join('')}`)
    drawn = block.length
    drawnAtMs = nowMs()
  }

  return {
    update(status) {
      if (stopped) return
      latest = status
      if (nowMs() - drawnAtMs >= REDRAW_EVERY_MS) draw('')
    },
    line(text) {
      if (stopped) stream.write(permanent(text, color))
      else draw(permanent(text, color))
    },
    stop() {
      if (stopped) return
      stopped = true
      if (drawn > 0) stream.write(erase())
    },
  }
}

function plainProgress(stream: ProgressStream, options: ProgressOptions): Progress {
  const { color, nowMs = () => performance.now() } = options
  let printedAtMs = Number.NEGATIVE_INFINITY
  let stopped = false
  return {
    update(status) {
      if (stopped || nowMs() - printedAtMs < PRINT_EVERY_MS) return
      printedAtMs = nowMs()
      stream.write(`${statusLine(status)}\n`)
    },
    line(text) {
      stream.write(permanent(text, color))
    },
    stop() {
      stopped = true
    },
  }
}

/** Without colour there are no control codes at all, whoever made the text. */
function permanent(text: string, color: boolean): string {
  return `${color ? text : stripVTControlCharacters(text)}\n`
}
