import { readFileSync } from 'node:fs'

/** A moment on the clock of one machine between two starts of it: it never jumps, and every process reads the same. */
export interface MachineTime {
  /** Names the machine and its start; a moment of another one says nothing here. */
  boot: string
  ms: number
}

const bootIdPath = '/proc/sys/kernel/random/boot_id'

/** Of this machine; where it has no name for its start, of this process only. */
export const boot: string = (() => {
  try {
    return readFileSync(bootIdPath, 'utf8').trim()
  } catch {
    return `process ${process.pid} ${Math.random()}`
  }
})()

export const machineNow = (): MachineTime => ({ boot, ms: Number(process.hrtime.bigint() / 1_000_000n) })

/** Milliseconds since a moment; undefined when it was another machine's, or before this one was started again. */
export function msSince(moment: MachineTime): number | undefined {
  return moment.boot === boot ? machineNow().ms - moment.ms : undefined
}
