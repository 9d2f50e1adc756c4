import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Duplex } from 'node:stream'
import { environmentOf } from '../../migration/run/options.ts'
import { startable } from '../../start/bundle.mjs'
import type { Sandbox } from '../host/sandbox.ts'
import { projectRoot } from '../host/server-process.ts'

/** Where a runner can be met: just before or just after a step, by its journal. */
export type Point = `${'before' | 'after'} ${string}`

/** A runbook that runs in a process of its own, as `npm run runbook` starts it, and tells where it is. */
export interface Runner {
  readonly child: ChildProcess
  /** True once the runner is there; false when it ended without having come by. */
  reached(point: Point): Promise<boolean>
  /** Lets a runner go on that is held at a point. */
  goOn(): void
  readonly ended: Promise<{ code: number | null; output: string }>
}

export interface RunnerOptions {
  sandbox: Sandbox
  siteFile: string
  runbook: string
  /** Where it waits for `goOn`. */
  hold?: readonly Point[]
  env?: Record<string, string>
}

let started = 0
const preload = await startable('rehearsal/faults/preload.ts')

export function startRunner({ sandbox, siteFile, runbook, hold = [], env = {} }: RunnerOptions): Runner {
  const log = join(sandbox.dir, `runbook-${runbook}-${++started}.log`)
  const output = openSync(log, 'a')
  const child = spawn(
    process.execPath,
    [
      ...['--import', './start/pages.mjs', '--import', preload],
      ...['node_modules/zx/build/cli.js', `runbooks/${runbook}.md`],
    ],
    {
      cwd: projectRoot,
      env: {
        ...process.env,
        ...environmentOf({ site: siteFile, execute: true, yes: false, json: false }),
        LIFT_FAULT_HOLD: hold.join(','),
        LIFT_FAULT_CLOCK: '3600000',
        ...env,
      },
      stdio: ['ignore', output, output, 'pipe'],
      detached: true,
    },
  )
  sandbox.adopt(child)
  closeSync(output)
  const channel = child.stdio[3] as Duplex
  channel.on('error', () => {})
  const passed = new Set<string>()
  let look = () => {}
  const lines = createInterface({ input: channel })
  // Of a runner that is killed, and not news.
  lines.on('error', () => {})
  lines.on('line', (point) => {
    passed.add(point)
    look()
  })
  let over = false
  const ended = new Promise<{ code: number | null; output: string }>((resolve) => {
    // Not `exit`: what it said last must be read first.
    child.once('close', (code) => {
      over = true
      look()
      resolve({ code, output: readFileSync(log, 'utf8') })
    })
  })
  return {
    child,
    ended,
    goOn: () => void channel.write('.'),
    reached: (point) =>
      new Promise((resolve) => {
        look = () => {
          if (passed.has(point)) resolve(true)
          else if (over) resolve(false)
        }
        look()
      }),
  }
}
