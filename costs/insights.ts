import { setTimeout as wait } from 'node:timers/promises'
import {
  CloudWatchLogsClient,
  GetQueryResultsCommand,
  type GetQueryResultsCommandOutput,
  type ResultField,
  StartQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs'
import { functionName } from './entry.ts'
import { CostsError } from './errors.ts'
import { queries } from './insights-query.ts'
import { type FunctionUsage, type Quantiles, type SizeUsage, sum, type Usage } from './usage.ts'

export interface InsightsOptions {
  logGroups: string[]
  sinceMs: number
  /** Default: now. */
  untilMs?: number
  /** Between two looks at a query. */
  pollMs?: number
  client?: CloudWatchLogsClient
}

type Row = Record<string, string>

/** Most rows Insights gives back. */
const mostRows = 10_000

/** Usage as CloudWatch Logs Insights adds it up; only sums and quantiles leave AWS. */
export async function insightsUsage(source: string, options: InsightsOptions): Promise<Usage> {
  const { logGroups, sinceMs, untilMs = Date.now(), pollMs = 500 } = options
  const client = options.client ?? new CloudWatchLogsClient({})
  const run = (query: string, limit = mostRows) =>
    runQuery(client, { logGroups, query, limit, fromMs: untilMs - sinceMs, untilMs, pollMs })
  try {
    const [bySize, byFunction, unreadable] = await Promise.all([
      run(queries.bySize),
      run(queries.byFunction),
      run(queries.unreadable, 5),
    ])
    return usageOf(source, sinceMs, { bySize, byFunction, unreadable })
  } catch (error) {
    throw error instanceof CostsError ? error : new CostsError(explain(error as Error))
  } finally {
    client.destroy()
  }
}

interface Answer {
  rows: Row[]
  matched: number
  scanned: number
  scannedBytes: number
}

async function runQuery(
  client: CloudWatchLogsClient,
  it: { logGroups: string[]; query: string; limit: number; fromMs: number; untilMs: number; pollMs: number },
): Promise<Answer> {
  const { queryId } = await client.send(
    new StartQueryCommand({
      logGroupNames: it.logGroups,
      queryString: it.query,
      startTime: Math.floor(it.fromMs / 1000),
      endTime: Math.ceil(it.untilMs / 1000),
      limit: it.limit,
    }),
  )
  for (;;) {
    const answer = await client.send(new GetQueryResultsCommand({ queryId }))
    if (answer.status === 'Complete') return answerOf(answer)
    if (answer.status !== 'Running' && answer.status !== 'Scheduled')
      throw new CostsError(`Insights gave the query up (${answer.status}); ask for a shorter --since`)
    await wait(it.pollMs)
  }
}

function answerOf({ results = [], statistics }: GetQueryResultsCommandOutput): Answer {
  const row = (fields: ResultField[]): Row =>
    Object.fromEntries(fields.map(({ field = '', value = '' }) => [field, value]))
  return {
    rows: results.map(row),
    matched: statistics?.recordsMatched ?? results.length,
    scanned: statistics?.recordsScanned ?? 0,
    scannedBytes: statistics?.bytesScanned ?? 0,
  }
}

function usageOf(
  source: string,
  periodMs: number,
  { bySize, byFunction, unreadable }: Record<'bySize' | 'byFunction' | 'unreadable', Answer>,
): Usage {
  const sizes = new Map<string, SizeUsage[]>()
  for (const row of bySize.rows) {
    const group = row['@log'] ?? ''
    sizes.set(group, [...(sizes.get(group) ?? []), sizeOf(row)])
  }
  const functions = byFunction.rows.map((row): FunctionUsage => {
    const init = quantiles(row, 'init')
    return {
      name: functionName(row['@log'] ?? ''),
      sizes: (sizes.get(row['@log'] ?? '') ?? []).sort((a, b) => a.memoryMb - b.memoryMb),
      duration: quantiles(row, 'duration')!,
      coldStarts: number(row, 'coldStarts'),
      ...(init && { init }),
      timeouts: number(row, 'timeouts'),
    }
  })
  const reports = sum(bySize.rows.map((row) => number(row, 'invocations')))
  const scannedGb = (bySize.scannedBytes + byFunction.scannedBytes + unreadable.scannedBytes) / 1e9
  const full =
    bySize.rows.length >= mostRows ? [`Insights gave only the first ${mostRows} functions and sizes`] : []
  return {
    source,
    functions,
    lines: {
      read: bySize.scanned,
      reports,
      other: Math.max(0, bySize.scanned - reports - unreadable.matched),
      unreadable: unreadable.matched,
      firstUnreadable: unreadable.rows.map((row) => ({
        where: row['@log'] ?? '',
        text: row['@message'] ?? '',
      })),
      ofOldBilling: 0,
    },
    periodMs,
    notes: [`Insights scanned ${scannedGb.toFixed(2)} GB for this; it costs about $0.005 a GB`, ...full],
  }
}

function sizeOf(row: Row): SizeUsage {
  return {
    memoryMb: Math.round(number(row, 'memoryMb')),
    invocations: number(row, 'invocations'),
    billedMs: {
      billed: number(row, 'billed'),
      '1ms': number(row, 'billed1'),
      '100ms': number(row, 'billed100'),
    },
    duration: quantiles(row, 'duration')!,
    maxMemoryUsedMb: Math.round(number(row, 'usedMb')),
  }
}

function number(row: Row, name: string): number {
  const value = Number(row[name])
  if (row[name] === undefined || row[name] === '' || Number.isNaN(value))
    throw new CostsError(`Insights gave no ${name} for ${row['@log']}: ${JSON.stringify(row)}`)
  return value
}

function quantiles(row: Row, of: 'duration' | 'init'): Quantiles | undefined {
  if (of === 'init' && !row['init50']) return undefined
  return {
    p50Ms: number(row, `${of}50`),
    p95Ms: number(row, `${of}95`),
    p99Ms: number(row, `${of}99`),
    maxMs: number(row, `${of}Max`),
  }
}

function explain(error: Error): string {
  const mend: Record<string, string> = {
    ResourceNotFoundException: 'look at the name and the region (AWS_REGION)',
    AccessDeniedException: 'the role needs logs:StartQuery and logs:GetQueryResults',
    CredentialsProviderError: 'log in, or set AWS_PROFILE',
    LimitExceededException: 'too many queries run at once; try again',
    MalformedQueryException: 'please report this',
  }
  const region = /region is missing/i.test(error.message) ? 'set AWS_REGION' : undefined
  return `CloudWatch Logs: ${error.message} (${mend[error.name] ?? region ?? error.name})`
}
