/**
 * `npm run preview -- --stack prod` against the plain Pulumi CLI on the same program, and the type check, in turns:
 * npx tsx benchmarks/preview.ts [--runs 5]
 * The peer is `pulumi preview` on the real engine with the stand-in providers, its TypeScript loaded as Pulumi does by
 * default, by ts-node with TypeScript's own compiler. That pair is no dependency of this project; the first run
 * installs it into the user's cache.
 */
import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Engine } from '../engine/harness.ts'
import { findProgram } from '../engine/location.ts'
import { quantile, type Target, verdict } from './figures.ts'
import { copyProgram, defaultLoader, projectLoader } from './plain-program.ts'

const { values } = parseArgs({ options: { runs: { type: 'string', default: '5' } } })
const runs = Number(values.runs)
const root = fileURLToPath(new URL('..', import.meta.url))
const missing = ['pulumi', 'pulumi-language-nodejs'].filter((name) => !findProgram(name))
const commands: Record<string, () => Promise<unknown>> = {
  'npm run preview -- --stack prod': () => npm('preview', '--', '--stack', 'prod'),
  'npm run typecheck, as in a clean clone': () => {
    rmSync(join(root, 'node_modules/.cache/typecheck.tsbuildinfo'), { force: true })
    return npm('typecheck')
  },
  'npm run typecheck, once more': () => npm('typecheck'),
}

const engine = missing.length > 0 ? undefined : await Engine.start()
if (engine) {
  for (const [name, loader] of [
    ['pulumi preview, Pulumi’s default loader', await defaultLoader()],
    ['pulumi preview, the loader of Pulumi.yaml', projectLoader()],
  ] as const) {
    const folder = await copyProgram(engine.folder, loader)
    commands[name] = async () => {
      const { ok, steps, errors } = await engine.cli('preview', folder, 'prod')
      if (!ok || steps.length < 100) throw new Error(`${name}: ${errors.join('\n')}`)
    }
  }
} else
  process.stdout.write(
    `no ${missing.join(' and no ')} (npx tsx scripts/install-engine.ts): no ratio to the peer\n`,
  )

try {
  const measured = await inTurns(commands)
  for (const [name, ms] of Object.entries(measured))
    process.stdout.write(`${name}: ${Math.round(ms)} ms (median of ${runs})\n`)
  process.exitCode = verdict(targets(measured)) ? 0 : 1
} finally {
  await engine?.close()
}

function targets(measured: Record<string, number>): Target[] {
  const preview = measured['npm run preview -- --stack prod']!
  const plain = measured['pulumi preview, Pulumi’s default loader']
  return [
    { name: 'preview of prod, s', value: preview / 1000, atMost: 3 },
    ...['as in a clean clone', 'once more'].map((how) => ({
      name: `type check of the project, ${how}, s`,
      value: measured[`npm run typecheck, ${how}`]! / 1000,
      atMost: 3,
    })),
    {
      name: 'times faster than the plain CLI with its default loader',
      value: (plain ?? Number.NaN) / preview,
      atLeast: 2.5,
      skipped: plain === undefined,
    },
  ]
}

/** Medians. One run of each after the other, so that a busy minute slows all of them; the first fills caches. */
async function inTurns(all: typeof commands): Promise<Record<string, number>> {
  const times = Object.fromEntries(Object.keys(all).map((name) => [name, [] as number[]]))
  for (let run = 0; run <= runs; run++) {
    for (const [name, work] of Object.entries(all)) {
      const startedAt = performance.now()
      await work()
      if (run > 0) times[name]!.push(performance.now() - startedAt)
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, list]) => [name, quantile(list, 0.5)]))
}

function npm(...args: string[]): Promise<void> {
  const child = spawn('npm', ['run', '--silent', ...args], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`npm run ${args.join(' ')} ended with ${code}`)),
    )
  })
}
