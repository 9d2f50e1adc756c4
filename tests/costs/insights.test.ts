import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import test from 'ava'

interface Query {
  logGroupNames: string[]
  queryString: string
  startTime: number
  endTime: number
}

const log = '111122223333:/aws/lambda/webhooks'
const times = { duration50: '12.5', duration95: '40', duration99: '80', durationMax: '3000' }
const bySize = (memoryMb: string, invocations: string, billed: string) => ({
  '@log': log,
  memoryMb,
  invocations,
  billed,
  billed1: billed,
  billed100: `${2 * Number(billed)}`,
  usedMb: '98.4',
  ...times,
})
const init = { init50: '300', init95: '420', init99: '430', initMax: '444.5' }
const answers: Record<string, Record<string, string>[]> = {
  bySize: [bySize('512', '3000', '90000'), bySize('256', '1000', '60000')],
  byFunction: [{ '@log': log, coldStarts: '40', timeouts: '3', ...times, ...init }],
  unreadable: [{ '@log': log, '@message': 'REPORT RequestId: cut', '@ptr': 'x' }],
}

/** Speaks as much of CloudWatch Logs as the command asks for: the first look at a query finds it running. */
async function cloudWatchLogs(refuse?: { status: number; type: string; message: string }) {
  const queries: Query[] = []
  const looked = new Set<string>()
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const piece of request) body += piece
    const action = String(request.headers['x-amz-target']).split('.')[1]
    const send = (status: number, value: object) =>
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(value))
    if (refuse) return send(refuse.status, { __type: refuse.type, message: refuse.message })
    if (action === 'StartQuery') {
      const query = JSON.parse(body) as Query
      queries.push(query)
      const kind = query.queryString.includes('| display')
        ? 'unreadable'
        : query.queryString.includes('by @log, memoryMb')
          ? 'bySize'
          : 'byFunction'
      return send(200, { queryId: kind })
    }
    const { queryId } = JSON.parse(body) as { queryId: string }
    if (!looked.has(queryId)) {
      looked.add(queryId)
      return send(200, { status: 'Running', results: [] })
    }
    const results = answers[queryId]!.map((row) =>
      Object.entries(row).map(([field, value]) => ({ field, value })),
    )
    const recordsMatched = queryId === 'unreadable' ? 7 : 4000
    return send(200, {
      status: 'Complete',
      results,
      statistics: { recordsMatched, recordsScanned: 20_000, bytesScanned: 2e9 },
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url, queries, close: () => server.close() }
}

async function command(args: string[], env: Record<string, string>) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/costs.ts', ...args], {
    env: {
      ...process.env,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: 'us-east-1',
      AWS_MAX_ATTEMPTS: '1',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const text = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (data) => {
    text.out += data
  })
  child.stderr.setEncoding('utf8').on('data', (data) => {
    text.err += data
  })
  const [code] = await once(child, 'close')
  return { code, ...text }
}

test('AWS adds up: sums and quantiles arrive, lines do not', async (t) => {
  const server = await cloudWatchLogs()
  t.teardown(server.close)
  const beforeS = Math.floor(Date.now() / 1000)
  const args = ['--log-group', '/aws/lambda/webhooks', '--since', '7d', '--json']
  const { code, out, err } = await command(args, { AWS_ENDPOINT_URL: server.url })
  t.is(code, 0, err)
  t.is(server.queries.length, 3)
  for (const { logGroupNames, startTime, endTime } of server.queries) {
    t.deepEqual(logGroupNames, ['/aws/lambda/webhooks'])
    t.true(Math.abs(endTime - startTime - 7 * 86_400) <= 1 && endTime >= beforeS)
  }
  const summary = JSON.parse(out)
  t.like(summary.functions[0], {
    name: 'webhooks',
    invocations: 4000,
    billedMs: 150_000,
    coldStarts: 40,
    coldStartShare: 0.01,
    timeouts: 3,
    duration: { p50Ms: 12.5, p95Ms: 40, p99Ms: 80, maxMs: 3000 },
    init: { p50Ms: 300, p95Ms: 420, p99Ms: 430, maxMs: 444.5 },
  })
  t.is(summary.total.billedGbSeconds, 90 * 0.5 + 60 * 0.25)
  t.is(summary.periodMs, 7 * 86_400_000)
  t.is(summary.lines.unreadable, 7)
  t.deepEqual(summary.lines.firstUnreadable, [{ where: log, text: 'REPORT RequestId: cut' }])
  t.regex(summary.notes.join(), /scanned 6.00 GB/)
})

const refusals = [
  [
    'ResourceNotFoundException',
    'Log group does not exist',
    /does not exist \(look at the name and the region/,
  ],
  ['AccessDeniedException', 'not authorized', /needs logs:StartQuery/],
] as const
for (const [type, message, expected] of refusals) {
  test(`${type}: one line that says what to do, exit code 2`, async (t) => {
    const server = await cloudWatchLogs({ status: 400, type, message })
    t.teardown(server.close)
    const { code, out, err } = await command(['--log-group', 'x'], { AWS_ENDPOINT_URL: server.url })
    t.is(code, 2)
    t.is(out, '')
    t.regex(err, expected)
    t.notRegex(err, /\n\s+at /)
  })
}
