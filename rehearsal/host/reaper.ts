/** Ends the adopted processes and removes the folder once the owner's end of the pipe is closed. */
import { rmSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'

const dir = process.argv[2] as string
const adopted = new Map<number, NodeJS.Signals>()
const graceMs = 5000
/** On a machine that is busy to the last. */
const slowestMs = 60_000

// Ctrl-C reaches the whole terminal; the reaper must outlive it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})

for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line) as { pid?: number; endWith?: NodeJS.Signals; gone?: number }
  if (message.pid) adopted.set(message.pid, message.endWith ?? 'SIGTERM')
  if (message.gone) adopted.delete(message.gone)
}

for (const [pid, endWith] of adopted) signal(pid, endWith)
const deadline = performance.now() + graceMs
while ([...adopted.keys()].some(alive) && performance.now() < deadline) await delay(20)
for (const pid of adopted.keys()) signal(pid, 'SIGKILL')
while ([...adopted.keys()].some(alive) && performance.now() < deadline + graceMs) await delay(20)
await removeFolder()

/** Who is not ours to end, such as a runbook that goes back, may still put a file into it while it is being emptied. */
async function removeFolder(): Promise<void> {
  for (const until = performance.now() + slowestMs; ; await delay(20)) {
    try {
      return rmSync(dir, { recursive: true, force: true })
    } catch (error) {
      if (performance.now() > until) throw error
    }
  }
}

function alive(pid: number): boolean {
  return signal(pid, 0)
}

function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name)
  } catch {
    return false
  }
}
