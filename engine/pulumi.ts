/** Runs the Pulumi CLI and reads what its engine reports. */

import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import type { EngineEvent } from './events.ts'

export interface CliRun {
  code: number | null
  /** Standard output and error, together. */
  text: string
}

/** Runs a program to its end. Rejects only when it can't be started. */
export const run = (program: string, args: string[], cwd: string, env: NodeJS.ProcessEnv): Promise<CliRun> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let text = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        text += chunk.toString()
      })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, text }))
  })

/** The events of a run, from the file given as --event-log. */
export const readEvents = async (log: string): Promise<EngineEvent[]> => {
  const text = await readFile(log, 'utf8').catch(() => '')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as EngineEvent)
}
