import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { LoadOptions } from './options.ts'
import type { WritePause } from './pause.ts'
import type { Answer, Results } from './protocol.ts'
import type { LoadStep } from './series.ts'
import type { LoadStats } from './stats.ts'

/** A load generator that runs in a process of its own. It ends with its owner, however that ends. */
export interface Load {
  readonly child: ChildProcess
  stats(): Promise<LoadStats>
  series(): Promise<LoadStep[]>
  /**
   * What writes in flight during `[a, b]` went through (milliseconds of the Unix epoch); waits until all have
   * ended, at most the requests' time-out.
   */
  pauseBetween(a: number, b: number): Promise<WritePause>
  /** No new arrivals; returns when all have ended. The rest can still be asked. */
  stop(): Promise<LoadStats>
  close(): Promise<void>
}

/**
 * Returns once requests are being sent.
 * @throws when the options are wrong or the acknowledgement file cannot be created. Every later call throws when
 * the load generator has ended, e.g. because the disk is full.
 */
export async function startLoad(options: LoadOptions): Promise<Load> {
  const [start, main] = ['../../start/start.mjs', 'main.ts'].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  ) as [string, string]
  const child = spawn(process.execPath, [start, main], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>()
  let ended: Error | undefined
  let asked = 0

  const fail = (message: string) => {
    ended ??= new Error(`load generator: ${message}`)
    for (const { reject } of waiting.values()) reject(ended)
    waiting.clear()
  }
  child.once('error', (error) => fail(error.message))
  // Not `exit`: what it said last must be read first.
  child.once('close', (code, signal) => fail(`its process ended with ${signal ?? code}`))
  child.stdin.on('error', () => {})
  createInterface({ input: child.stdout }).on('line', (line) => {
    const answer = JSON.parse(line) as Answer
    if (answer.id === undefined) {
      if ('error' in answer) fail(answer.error)
      return
    }
    const asker = waiting.get(answer.id)
    waiting.delete(answer.id)
    if ('error' in answer) asker?.reject(new Error(`load generator: ${answer.error}`))
    else asker?.resolve(answer.result)
  })

  function ask<C extends keyof Results>(command: C, more: object = {}): Promise<Results[C]> {
    if (ended) return Promise.reject(ended)
    const id = asked++
    child.stdin.write(`${JSON.stringify({ id, command, ...more })}\n`)
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve: resolve as (result: unknown) => void, reject })
    })
  }

  async function close(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exit = once(child, 'exit')
    child.stdin.end()
    await exit
  }

  try {
    await ask('start', { options })
  } catch (error) {
    await close()
    throw error
  }
  return {
    child,
    stats: () => ask('stats'),
    series: () => ask('series'),
    pauseBetween: (a, b) => ask('pauseBetween', { a, b }),
    stop: () => ask('stop'),
    close,
  }
}
