import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

/** The most memory a process has taken so far, MiB, where /proc tells it. */
export function peakMemory(child: ChildProcess): () => number {
  let peakMiB = 0
  const look = () => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
      peakMiB = Math.max(peakMiB, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024)
    } catch {}
  }
  const timer = setInterval(look, 20)
  child.on('close', () => clearInterval(timer))
  return () => peakMiB
}
