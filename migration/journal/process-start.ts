import { readFileSync } from 'node:fs'
import { boot } from '../machine-clock.ts'

/** When a process was started: the number of a process is given out again, also after the machine was started anew. */
export interface ProcessStart {
  /** The start of the machine. */
  boot: string
  /** From there on, in ticks of the machine's clock. */
  ticks: string
}

/** Of a process of this machine; undefined where the platform does not tell, or there is no such process. */
export function startOf(pid: number): ProcessStart | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the program's name in parentheses, with anything in it; the start is the 22nd.
    const ticks = text.slice(text.lastIndexOf(')') + 2).split(' ')[19]
    return ticks === undefined ? undefined : { boot, ticks }
  } catch {
    return undefined
  }
}
