import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** How a process is asked to end before it is killed. */
export type EndSignal = 'SIGTERM' | 'SIGINT' | 'SIGQUIT'

/**
 * A temporary folder and the processes that live in it. Both are gone when the owner is, however it ended:
 * a reaper process holds a pipe to the owner and cleans up when the pipe closes, also after `kill -9`.
 */
export interface Sandbox {
  readonly dir: string
  readonly reaperPid: number
  /** Puts a process under the reaper's care until it exits. */
  adopt(child: ChildProcess, endWith?: EndSignal): void
  /** True once `close` was called: nothing may be started any more. */
  readonly closing: boolean
  /** Ends what is left, removes the folder, and returns when both are done. */
  close(): Promise<void>
}

export function createSandbox(prefix = 'payments-lift-'): Sandbox {
  const dir = mkdtempSync(join(tmpdir(), prefix))
  // Servers started by root run as another user, who must be able to pass through.
  chmodSync(dir, 0o711)
  const reaper = spawn(process.execPath, ['start/start.mjs', 'rehearsal/host/reaper.ts', dir], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    stdio: ['pipe', 'ignore', 'inherit'],
    detached: true,
  })
  let closing = false
  const ended = new Promise<void>((resolve) => reaper.once('exit', () => resolve()))
  reaper.unref()
  const pipe = reaper.stdin
  pipe.on('error', () => {})
  ;(pipe as unknown as { unref(): void }).unref()
  const tell = (message: object) => pipe.writable && pipe.write(`${JSON.stringify(message)}\n`)

  return {
    dir,
    reaperPid: reaper.pid ?? 0,
    adopt(child, endWith = 'SIGTERM') {
      if (child.pid === undefined) return
      // Who was about to start it did not know: nobody would end it.
      if (closing) return void child.kill('SIGKILL')
      const pid = child.pid
      tell({ pid, endWith })
      child.once('exit', () => tell({ gone: pid }))
    },
    get closing() {
      return closing
    },
    async close() {
      closing = true
      reaper.ref()
      pipe.end()
      await ended
    },
  }
}
