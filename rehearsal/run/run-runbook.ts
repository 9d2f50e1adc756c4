import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { environmentOf } from '../../migration/run/options.ts'
import { spawnNode } from '../host/server-process.ts'
import type { World } from '../world/world.ts'

export interface RunbookRun {
  ok: boolean
  /** What it printed, for the one who has to find out why it failed. */
  output: string
}

/** Runs a runbook as an operator does: zx on the Markdown file, against the world's site file. */
export async function runRunbook(world: World, name: string): Promise<RunbookRun> {
  const log = `runbook-${name}-${++runs}`
  const page = ['--import', './start/pages.mjs', 'node_modules/zx/build/cli.js', `runbooks/${name}.md`]
  const asked = environmentOf({ site: world.siteFile, execute: true, yes: false, json: false })
  const child = spawnNode(world.sandbox, log, page, asked)
  const code = await new Promise((resolve) => child.once('exit', resolve))
  return { ok: code === 0, output: readFileSync(join(world.sandbox.dir, `${log}.log`), 'utf8') }
}

let runs = 0
