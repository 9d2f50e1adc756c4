/**
 * The bundle of each function, and how long it takes to import it, against the same handler unbundled with all its
 * dependencies: npx tsx benchmarks/functions.ts [--runs 15]
 * Both in processes of their own, one after the other, as a cold start does it: the ratio is of medians of processor
 * time.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, symlink } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'
import { buildFunctions, type FunctionName } from '../services/bundle.ts'
import { quantile, type Target, verdict } from './figures.ts'

const { values } = parseArgs({ options: { runs: { type: 'string', default: '15' } } })
const runs = Number(values.runs)
const root = join(import.meta.dirname, '..')
const folder = await mkdtemp(join(tmpdir(), 'payments-lift-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130))

/** Answers every secret at once: what is measured is the import, not a service that both wait for. */
const secrets = createServer((request, response) => {
  request
    .resume()
    .on('end', () => response.end(JSON.stringify({ SecretString: 'postgres://a:b@127.0.0.1:1/c' })))
})
await new Promise<void>((resolve) => secrets.listen(0, '127.0.0.1', resolve))

const arn = 'arn:aws:secretsmanager:eu-central-1:333333333333:secret:one'
const url = 'http://127.0.0.1/333333333333/one'
const environment = {
  AWS_REGION: 'eu-central-1',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  AWS_ACCESS_KEY_ID: 'anybody',
  AWS_SECRET_ACCESS_KEY: 'anything',
  AWS_ENDPOINT_URL: `http://127.0.0.1:${(secrets.address() as AddressInfo).port}`,
  DATABASE_URL_SECRET_ARN: arn,
  SIGNING_KEY_SECRET_ARN: arn,
  SOURCE_BUCKET: 'source',
  DESTINATION_BUCKET: 'destination',
  IDEMPOTENCY_TABLE: 'table',
  QUEUE_URL: url,
  DEAD_LETTERS_URL: url,
  MAX_RECEIVES: '5',
  LOG_HOST: 'localhost',
  LOG_PORT: '6514',
}

/** Our files each compiled alone, dependencies as npm has them: what is deployed with a folder node_modules. */
async function unbundled(name: FunctionName, sources: string[]): Promise<string> {
  await build({
    entryPoints: sources,
    outdir: join(folder, 'plain'),
    outbase: root,
    absWorkingDir: root,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    plugins: [
      {
        name: 'each-alone',
        setup({ onResolve }) {
          onResolve({ filter: /./ }, ({ path, kind }) =>
            kind === 'entry-point' ? undefined : { path: path.replace(/\.ts$/, '.mjs'), external: true },
          )
        },
      },
    ],
  })
  return join(folder, 'plain/services', name, 'handler.mjs')
}

/** In ms of processor time, which is all that an import takes, so that a busy machine does not change it. */
async function importMs(file: string): Promise<number> {
  const code = `const begin = process.cpuUsage(); await import(${JSON.stringify(pathToFileURL(file).href)}); const { user, system } = process.cpuUsage(begin); process.stdout.write(String((user + system) / 1000)); process.exit(0)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let out = ''
  child.stdout.on('data', (chunk) => {
    out += chunk
  })
  const [exit] = await once(child, 'close')
  if (exit !== 0) throw new Error(`${file} could not be imported`)
  return Number(out)
}

const targets: Target[] = []
try {
  const bundles = await buildFunctions(join(folder, 'functions'))
  await mkdir(join(folder, 'plain'))
  await symlink(join(root, 'node_modules'), join(folder, 'plain/node_modules'))
  for (const { name, file, bytes } of bundles) {
    const { inputs } = JSON.parse(await readFile(join(folder, 'meta', `${name}.json`), 'utf8'))
    const files = Object.keys(inputs)
    const plain = await unbundled(
      name,
      files.filter((each) => each.startsWith('services/')),
    )
    const times: { bundled: number[]; plain: number[] } = { bundled: [], plain: [] }
    for (let run = -1; run < runs; run++) {
      const [a, b] = [await importMs(file), await importMs(plain)]
      if (run < 0) continue // the first reads the files from disk
      times.bundled.push(a)
      times.plain.push(b)
    }
    const [bundled, alone] = [quantile(times.bundled, 0.5), quantile(times.plain, 0.5)]
    process.stdout.write(
      `${name}: ${bundled.toFixed(0)} ms bundled, ${alone.toFixed(0)} ms from ${files.length} files\n`,
    )
    targets.push(
      { name: `${name}: bundle, KiB`, value: bytes / 1024, atMost: 1000 },
      { name: `${name}: import time against unbundled, %`, value: (100 * bundled) / alone, atMost: 25 },
    )
  }
} finally {
  secrets.close()
}
process.exitCode = verdict(targets) ? 0 : 1
