/** Compares the rows of a site's two databases. Exit code: 0 equal, 1 different, 2 no answer. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { AwsError } from '../migration/aws/errors.ts'
import {
  CannotCompareError,
  checkInvariants,
  mergeShards,
  type Progress,
  parseTable,
  readInvariants,
  readShard,
  reportJson,
  reportText,
  type VerifyOptions,
  type VerifyResult,
  verifyAll,
} from '../migration/digest/index.ts'
import { type Site, SiteError } from '../migration/site.ts'

const usage = `npm run verify -- --site FILE [options]             compare every row (--stack NAME: of a stack)
npm run verify -- merge JOURNAL… --site FILE [options]  answer for shards that were read before
npm run verify -- invariants --site FILE [--file SQL]   check the rules of the data on both sides

  --table [SCHEMA.]TABLE   only this table; may be given several times
  --where SQL              only rows for which this holds, on both sides
  --jobs N                 sessions a side, default 2
  --chunk MIB              storage read at once, default 32
  --max-rate MIB           at most this many MiB of storage a second on each side
  --recheck N              looks at rows that differ, so that rows under way do not count; default 4, 0 for none
  --journal FILE           keep finished chunks; a run that was killed goes on where it was
  --shard I/N              read only this share, into --journal (a file or s3://bucket/folder/name); then «merge»,
                           for which s3://bucket/folder/ stands for all the journals in it
  --seed N                 seed of the hashes
  --json                   print the result as JSON
Exit code: 0 equal, 1 different, 2 no answer.`

class UsageError extends Error {}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      site: { type: 'string' },
      stack: { type: 'string' },
      table: { type: 'string', multiple: true },
      where: { type: 'string' },
      jobs: { type: 'string' },
      chunk: { type: 'string' },
      'max-rate': { type: 'string' },
      recheck: { type: 'string', default: '4' },
      journal: { type: 'string' },
      shard: { type: 'string' },
      seed: { type: 'string' },
      file: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(`${usage}\n`)
    return 0
  }
  const [command, ...journals] = positionals
  if (command && !['merge', 'invariants'].includes(command))
    throw new UsageError(`no command «${command}»\n${usage}`)
  const site = await siteAsked(values)
  const { source, target } = site
  if (command === 'invariants') return invariants(source.url, target.url, values.file)

  const options: VerifyOptions = {
    recheck: whole('--recheck', values.recheck),
    signal: interrupted(),
    ...(values.table && { tables: values.table.map(parseTable) }),
    ...(values.where !== undefined && { where: values.where }),
    ...(values.jobs !== undefined && { jobs: whole('--jobs', values.jobs, 1) }),
    ...(values.chunk !== undefined && { chunkMebibytes: whole('--chunk', values.chunk, 1) }),
    ...(values.seed !== undefined && { seed: whole('--seed', values.seed) }),
    ...(values['max-rate'] !== undefined && {
      maxMebibytesPerSecond: whole('--max-rate', values['max-rate'], 1),
    }),
    ...(values.journal !== undefined && { journal: values.journal }),
    ...(!values.json && { onProgress: printProgress }),
  }
  if (values.shard !== undefined) {
    await readOneShard(site, values.shard, values.journal, options)
    return 0
  }
  if (command === 'merge' && journals.length === 0)
    throw new UsageError('merge needs the journals of the shards')
  const result =
    command === 'merge'
      ? await merge(site, journals, options)
      : await verifyAll(source.url, target.url, options)
  if (process.stderr.isTTY && !values.json) process.stderr.write('\r\x1b[K')
  process.stdout.write(`${values.json ? reportJson(result) : reportText(result)}\n`)
  if (result.equal) return 0
  return result.tables.every((table) => table.equal) ? 2 : 1
}

/** Inside a task of a stack it is known which. */
async function siteAsked({ site, stack = process.env.LIFT_STACK }: Record<string, unknown>): Promise<Site> {
  if (site) return (await import('../migration/site.ts')).readSite(String(site))
  if (!stack) throw new UsageError(`--site is missing\n${usage}`)
  return (await import('../migration/site-of-stack.ts')).siteOfStack(String(stack))
}

async function readOneShard(
  { source, target, journalKeyArn }: Site,
  shard: string,
  journal: string | undefined,
  options: VerifyOptions,
): Promise<void> {
  const [, index, count] = /^(\d+)\/(\d+)$/.exec(shard)?.map(Number) ?? []
  if (!index || !count || index > count) throw new UsageError('--shard takes I/N with 1 ≤ I ≤ N, such as 2/8')
  if (!journal) throw new UsageError('--shard needs --journal, which «merge» reads')
  await inFolder(async (folder) => {
    const { inS3, leaveJournal } = await import('../migration/store/shard-journals.ts')
    const file = inS3(journal) ? join(folder, 'shard.jsonl') : journal
    const { rows, bytes } = await readShard(source.url, target.url, { index, count }, file, options)
    if (inS3(journal)) await leaveJournal(file, journal, { kmsKeyArn: journalKeyArn })
    process.stdout.write(
      `shard ${shard}: ${rows} rows of the source, ${bytes} bytes read; no verdict before «merge»\n`,
    )
  })
}

async function merge(
  { source, target }: Site,
  journals: readonly string[],
  options: VerifyOptions,
): Promise<VerifyResult> {
  const { bringJournals } = await import('../migration/store/shard-journals.ts')
  return inFolder(async (folder) =>
    mergeShards(source.url, target.url, await bringJournals(journals, folder), options),
  )
}

/** A folder for the time of the work. */
async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'verify-'))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function invariants(source: string, target: string, file: string | undefined): Promise<number> {
  const rules = readInvariants(file)
  let code = 0
  for (const [side, url] of [
    ['source', source],
    ['target', target],
  ] as const) {
    const client = new pg.Client(url)
    client.on('error', () => {})
    await client
      .connect()
      .catch((error) => Promise.reject(new CannotCompareError(`${side}: ${error.message}`)))
    const results = await checkInvariants(side, client, rules).finally(() => client.end())
    for (const { name, holds, offenders } of results) {
      process.stdout.write(`${side}  ${holds ? 'holds ' : 'BROKEN'}  ${name}\n`)
      for (const row of offenders) process.stdout.write(`          ${JSON.stringify(row)}\n`)
      if (!holds) code = 1
    }
  }
  return code
}

function whole(option: string, text: string, least = 0): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < least)
    throw new UsageError(`${option} takes a whole number from ${least}`)
  return value
}

function interrupted(): AbortSignal {
  const controller = new AbortController()
  process.once('SIGINT', () => controller.abort(new CannotCompareError('interrupted: no answer')))
  process.once('SIGTERM', () => controller.abort(new CannotCompareError('interrupted: no answer')))
  return controller.signal
}

let printedAt = 0

/** On one line of a terminal; elsewhere a line every ten seconds. */
function printProgress({ table, rows, bytes, totalBytes, rowsPerSecond, secondsLeft }: Progress): void {
  const percent = totalBytes > 0 ? Math.floor((100 * bytes) / totalBytes) : 100
  const left = secondsLeft === undefined ? '' : `, ${Math.ceil(secondsLeft)} s left`
  const text = `${percent} %  ${table}  ${rows} rows, ${rowsPerSecond} a second${left}`
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`)
  else if (performance.now() - printedAt > 10_000) {
    printedAt = performance.now()
    process.stderr.write(`${text}\n`)
  }
}

process.on('uncaughtException', (error) => {
  noAnswer(error)
  process.exit()
})

try {
  process.exitCode = await main()
} catch (error) {
  const known =
    error instanceof CannotCompareError ||
    error instanceof SiteError ||
    error instanceof UsageError ||
    error instanceof AwsError
  noAnswer(error, known || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') === true)
}

/** Node's own exit code for an error that nobody foresaw would say «different». */
function noAnswer(error: unknown, known = false): void {
  const { message, stack } = error instanceof Error ? error : new Error(String(error))
  const where = stack?.split('\n').find((line) => line.trimStart().startsWith('at ')) ?? ''
  const text = known
    ? message
    : `no answer: ${message.split('\n', 1)[0]}${where && ` (${where.trim()})`}: not foreseen, please report it`
  process.stderr.write(`${text}\n`)
  process.exitCode = 2
}
