import type { Sandbox } from '../host/sandbox.ts'
import { spawnProgram } from '../host/server-process.ts'

export interface SupervisedWatchdog {
  /** Of the watchdog that runs now. */
  readonly pid: number
  /** Stops both. */
  stop(): void
}

/** Runs the watchdog as a supervisor does: starts it again whenever it ends. */
export function superviseWatchdog(
  sandbox: Sandbox,
  siteFile: string,
  { args = [], env = {} }: { args?: string[]; env?: Record<string, string> } = {},
): SupervisedWatchdog {
  let stopped = false
  let child = start()
  function start() {
    const started = spawnProgram(sandbox, 'watchdog', [...args, 'migration/watchdog/main.ts', siteFile], env)
    started.once('exit', () => {
      if (!stopped && !sandbox.closing) child = start()
    })
    return started
  }
  return {
    get pid() {
      return child.pid ?? 0
    },
    stop() {
      stopped = true
      child.kill('SIGTERM')
    },
  }
}
