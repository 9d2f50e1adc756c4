/**
 * Loaded into a runner or a watchdog by the fault harness (`--import`), so that faults come at an exact place and
 * the programs themselves know nothing of it. After each journal line that begins or ends a step it says so on file
 * descriptor 3, and waits for an answer there when the step is one of `LIFT_FAULT_HOLD`. With `LIFT_FAULT_CLOCK`
 * the wall clock jumps by so many milliseconds, there and back, at every look, from one SIGUSR2 to the next.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const { LIFT_FAULT_HOLD, LIFT_FAULT_CLOCK } = process.env

if (LIFT_FAULT_HOLD !== undefined) tellSteps(new Set(LIFT_FAULT_HOLD.split(',')))
if (LIFT_FAULT_CLOCK) {
  let steady: (() => void) | undefined
  process.on('SIGUSR2', () => {
    const jumping = steady
    jumping?.()
    steady = jumping ? undefined : jumpingClock(Number(LIFT_FAULT_CLOCK))
  })
}

function tellSteps(held: Set<string>): void {
  const channel = 3
  const write = fs.writeSync
  const telling = (file: number, text: string): number => {
    const written = write(file, text)
    const [, edge, step] = /"event":"step-(begin|end)","step":"([\w-]+)"/.exec(text) ?? []
    if (!step) return written
    const point = `${edge === 'begin' ? 'before' : 'after'} ${step}`
    write(channel, `${point}\n`)
    // A read that blocks stops every line of this program, as a stopped process is.
    if (held.has(point)) fs.readSync(channel, Buffer.alloc(1))
    return written
  }
  fs.writeSync = telling as typeof fs.writeSync
  syncBuiltinESMExports()
}

/** Returns what makes it steady again. */
function jumpingClock(stepMs: number): () => void {
  const Real = Date
  let looks = 0
  const now = () => Real.now() + (looks++ % 2 ? stepMs : -stepMs)
  globalThis.Date = class extends Real {
    static override now = now
    constructor(...args: []) {
      if (args.length === 0) super(now())
      else super(...args)
    }
  } as DateConstructor
  return () => {
    globalThis.Date = Real
  }
}
