import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { ExecutionContext } from 'ava'
import { testSandbox } from '../postgres.ts'

export interface Started<Listening> {
  child: ChildProcess
  listening: Listening
}

const root = new URL('../../', import.meta.url)

/** Runs a TypeScript file of the project as a process; it is killed when the test ends. */
export function run(t: ExecutionContext, file: string, env: Record<string, string>): ChildProcess {
  const child = spawn(process.execPath, ['start/start.mjs', file], {
    cwd: fileURLToPath(root),
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  // The reaper ends it when the test file's own process is killed.
  testSandbox().adopt(child)
  t.teardown(() => child.kill('SIGKILL'))
  return child
}

/** As {@link run}, and waits for the first line that it prints, which is JSON. */
export async function start<Listening>(
  t: ExecutionContext,
  file: string,
  env: Record<string, string>,
): Promise<Started<Listening>> {
  const child = run(t, file, env)
  child.stderr?.pipe(process.stderr)
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })
  const [line] = (await Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`${file} ended with ${code}`))),
  ])) as [string]
  return { child, listening: JSON.parse(line) as Listening }
}

/** Runs a file to its end. */
export async function outcome(
  t: ExecutionContext,
  file: string,
  env: Record<string, string>,
): Promise<{ code: number | null; stderr: string }> {
  const child = run(t, file, env)
  let stderr = ''
  child.stderr?.on('data', (chunk) => {
    stderr += chunk
  })
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stderr }
}
