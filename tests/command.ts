import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { testSandbox } from './postgres.ts'

/** A command of the project under way, and what it has said so far. */
export interface Command {
  child: ChildProcessByStdio<null, Readable, Readable>
  text: { out: string; err: string }
  /** Its exit code, once both streams have ended. */
  ended: Promise<number | null>
}

/** What npm runs for these; the others run under tsx. */
const startsFast = new Set(['rehearse', 'runbook', 'verify'])

/** `npm run NAME -- ARGS` without npm, in a process group of its own; the sandbox ends what a test leaves. */
export function begin(name: string, args: string[], env: Record<string, string> = {}): Command {
  const node = startsFast.has(name) ? ['start/start.mjs', name] : ['--import', 'tsx', `scripts/${name}.ts`]
  const child = spawn(process.execPath, [...node, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  testSandbox().adopt(child)
  const text = { out: '', err: '' }
  child.stdout.on('data', (chunk) => {
    text.out += chunk
  })
  child.stderr.on('data', (chunk) => {
    text.err += chunk
  })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  return { child, text, ended }
}

/** The same, to its end. */
export async function command(
  name: string,
  args: string[],
  env?: Record<string, string>,
): Promise<{ code: number | null; out: string; err: string }> {
  const { text, ended } = begin(name, args, env)
  return { code: await ended, ...text }
}
