import type { ChildProcess } from 'node:child_process'

export interface KeptWatchdog {
  /** Of the watchdog that guards now. */
  readonly pid: number
  /** Ends it, and the one that stands by. */
  stop(): void
}

/** One that ends sooner after its start has something wrong with it; starting it at once would not help. */
const soundMs = 1000
/** The one that takes over has the processor for itself meanwhile. */
const refillMs = 3000

/**
 * Keeps a watchdog running, and another that has started and waits to be told to: when the first one dies, writes
 * may be waiting, and the start of a process takes long on a busy machine. Only one guards at a time.
 * @param start begins one that waits for a line on its standard input; undefined when nothing may be started any more
 */
export function keepWatchdog(start: () => ChildProcess | undefined): KeptWatchdog {
  let active: ChildProcess | undefined
  let spare: ChildProcess | undefined
  let stopped = false

  function begin(): ChildProcess | undefined {
    const child = stopped ? undefined : start()
    const began = performance.now()
    child?.stdin?.on('error', () => {})
    child?.once('exit', () => {
      if (child === active) active = undefined
      if (child === spare) spare = undefined
      promote()
      const restMs = active ? refillMs : performance.now() - began < soundMs ? soundMs : 0
      setTimeout(tend, restMs).unref()
    })
    return child
  }

  function promote(): void {
    if (active || !spare) return
    active = spare
    spare = undefined
    active.stdin?.write('guard\n')
  }

  function tend(): void {
    spare ??= begin()
    promote()
    spare ??= begin()
  }

  tend()
  return {
    get pid() {
      // Not 0, which stands for every process of a group.
      if (active?.pid === undefined) throw new Error('no watchdog runs just now')
      return active.pid
    },
    stop() {
      stopped = true
      for (const child of [active, spare]) child?.kill('SIGTERM')
    },
  }
}
