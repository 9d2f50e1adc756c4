import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { database, type PgbenchWorld } from './world.ts'

/** pgbench's TPC-B through the pooler, at a rate, until it is stopped. */
export interface PgbenchLoad {
  /** Lets what is under way end. @throws when pgbench ended before, e.g. at the first connection that broke */
  stop(): Promise<PgbenchResult>
  /**
   * Once it is stopped: the longest that a transaction which was under way in `[a, b]` took from when it was due,
   * milliseconds; 0 when none was, as may be in a short pause at a low rate.
   * @throws when pgbench wrote none down at all
   */
  longest(a: number, b: number): number
}

export interface PgbenchResult {
  processed: number
  failed: number
  output: string
}

interface Logged {
  endMs: number
  tookMs: number
}

const longestRunSeconds = 86_400

export function startPgbench(
  world: PgbenchWorld,
  program: string,
  { tps, clients = 20 }: { tps: number; clients?: number },
): PgbenchLoad {
  const url = new URL(world.pooler.appUrl)
  const folder = mkdtempSync(join(world.sandbox.dir, 'load-'))
  const child = spawn(
    program,
    [
      ...['-h', '127.0.0.1', '-p', url.port, '-U', url.username, '-n', '-b', 'tpcb-like', '-M', 'simple'],
      ...['-R', String(tps), '-T', String(longestRunSeconds), '-c', String(clients), '-j', '1'],
      ...['-l', `--log-prefix=${join(folder, 'log')}`, database],
    ],
    { env: { ...process.env, PGPASSWORD: url.password }, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  world.sandbox.adopt(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text))
  const ended = new Promise<PgbenchResult>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      const processed = /actually processed: (\d+)/.exec(output)
      // Before 15 it ended at the first failure and did not count.
      const failed = /failed transactions: (\d+)/.exec(output)
      if (code !== 0 || !processed) return reject(new Error(`pgbench ended with ${code}:\n${output}`))
      resolve({ processed: Number(processed[1]), failed: Number(failed?.[1] ?? 0), output })
    })
  })
  // Whoever waits for it gets the error.
  ended.catch(() => {})
  const logged = (): Logged[] =>
    readdirSync(folder).flatMap((name) =>
      readFileSync(join(folder, name), 'utf8')
        .split('\n')
        .slice(0, -1)
        .map((line) => {
          const [, , tookUs, , seconds, us] = line.split(' ').map(Number) as [
            number,
            number,
            number,
            number,
            number,
            number,
          ]
          return { endMs: seconds * 1000 + us / 1000, tookMs: tookUs / 1000 }
        }),
    )
  return {
    stop() {
      // What ends its run when the time is over.
      child.kill('SIGALRM')
      return ended
    },
    longest(a, b) {
      const all = logged()
      if (all.length === 0) throw new Error(`pgbench wrote no transaction down:\n${output}`)
      const during = all.filter(({ endMs, tookMs }) => endMs >= a && endMs - tookMs <= b)
      return during.reduce((most, { tookMs }) => Math.max(most, tookMs), 0)
    },
  }
}
