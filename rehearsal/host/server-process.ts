import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Sandbox } from './sandbox.ts'

export const projectRoot = fileURLToPath(new URL('../..', import.meta.url))

export interface ServerProcess {
  readonly child: ChildProcess
  readonly port: number
  readonly adminPort: number
  /** Asks it to end in order and returns when it has. */
  stop(): Promise<void>
}

/** A TypeScript program of this project, in a process and a process group of its own: Ctrl-C reaches only us. */
export const spawnProgram: typeof spawnNode = (sandbox, name, args, env, output) =>
  spawnNode(sandbox, name, ['start/start.mjs', ...args], env, output)

/** The same of a program that is JavaScript already. */
export function spawnNode(
  sandbox: Sandbox,
  name: string,
  args: string[],
  env: Record<string, string>,
  output: 'pipe' | 'log' = 'log',
  input: 'pipe' | 'ignore' = 'ignore',
): ChildProcess {
  const log = openSync(join(sandbox.dir, `${name}.log`), 'a')
  const child = spawn(process.execPath, args, {
    cwd: projectRoot,
    env: { ...process.env, ...env },
    stdio: [input, output === 'pipe' ? 'pipe' : log, log],
    detached: true,
  })
  sandbox.adopt(child)
  closeSync(log)
  return child
}

/** Starts a server of this project and returns when it says that it listens. */
export async function startServer(
  sandbox: Sandbox,
  name: string,
  entry: string,
  env: Record<string, string>,
): Promise<ServerProcess> {
  const child = spawnProgram(
    sandbox,
    name,
    [entry],
    { HOST: '127.0.0.1', PORT: '0', ADMIN_PORT: '0', ...env },
    'pipe',
  )
  const { port, adminPort } = await new Promise<{ port: number; adminPort: number }>((resolve, reject) => {
    child.once('exit', (code) =>
      reject(
        new Error(`${name} ended with ${code} while starting:\n${logOf(join(sandbox.dir, `${name}.log`))}`),
      ),
    )
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      if (line.includes('"listening"')) resolve(JSON.parse(line))
    })
  })
  return {
    child,
    port,
    adminPort,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exited = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await exited
    },
  }
}

/** Its last words; none when the rehearsal is being interrupted and the folder is gone already. */
function logOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
