import type { Sandbox } from '../host/sandbox.ts'
import { spawnProgram } from '../host/server-process.ts'

/** Runs the watchdog as a supervisor does: starts it again whenever it ends. Returns what stops both. */
export function superviseWatchdog(sandbox: Sandbox, siteFile: string): () => void {
  let stopped = false
  let child = start()
  function start() {
    const started = spawnProgram(sandbox, 'watchdog', ['migration/watchdog/main.ts', siteFile], {})
    started.once('exit', () => {
      if (!stopped && !sandbox.closing) child = start()
    })
    return started
  }
  return () => {
    stopped = true
    child.kill('SIGTERM')
  }
}
