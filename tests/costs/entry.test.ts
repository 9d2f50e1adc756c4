import test from 'ava'
import { functionName, readLine } from '../../costs/entry.ts'
import { jsonLine, reportOf, textLine } from './samples.ts'

const figures = { ms: 12.5, billedMs: 113, memoryMb: 256, usedMb: 71, initMs: 100.25 }
const expected = {
  durationUs: 12_500,
  billedMs: 113,
  memoryMb: 256,
  maxMemoryUsedMb: 71,
  initUs: 100_250,
  timedOut: false,
}

test('text and JSON say the same', (t) => {
  t.deepEqual(reportOf(textLine(figures)), expected)
  t.deepEqual(reportOf(jsonLine(figures)), expected)
})

const group = '/aws/lambda/webhooks'
const wrapped: [name: string, line: string, logGroup: string | undefined, atMs: number | undefined][] = [
  [
    'the lines of aws logs tail',
    `2026-03-01T10:00:00.000000+00:00 2026/03/01/[$LATEST]88ab ${textLine(figures)}`,
    undefined,
    Date.UTC(2026, 2, 1, 10),
  ],
  [
    'lines that name their group',
    `${group} 2026-03-01T10:00:00Z ${textLine(figures)}`,
    group,
    Date.UTC(2026, 2, 1, 10),
  ],
  [
    'an export to S3',
    `2026-03-01T10:00:00.000Z ${jsonLine(figures, '2026-03-01T11:00:00Z')}`,
    undefined,
    Date.UTC(2026, 2, 1, 11),
  ],
  [
    'an event with text',
    JSON.stringify({ logGroup: group, timestamp: 5, message: `${textLine(figures)}\nXRAY TraceId: 1-2\n` }),
    group,
    5,
  ],
  [
    'an event with JSON inside',
    JSON.stringify({ '@log': `111122223333:${group}`, '@message': jsonLine(figures) }),
    `111122223333:${group}`,
    Date.UTC(2026, 2, 1),
  ],
  [
    'our pipeline',
    JSON.stringify({
      '@timestamp': '2026-03-01T00:00:00Z',
      faas: { name: 'webhooks' },
      message: textLine(figures),
    }),
    'webhooks',
    Date.UTC(2026, 2, 1),
  ],
  [
    'a line of pretty-printed JSON',
    `            "message": ${JSON.stringify(`${textLine(figures)}\n`)},`,
    undefined,
    undefined,
  ],
]
for (const [name, line, logGroup, atMs] of wrapped) {
  test(`reads ${name}`, (t) => {
    const found = readLine(line).filter(({ kind }) => kind === 'report')
    t.deepEqual(found, [
      {
        kind: 'report',
        report: expected,
        ...(logGroup && { logGroup }),
        ...(atMs !== undefined && { atMs }),
      },
    ])
  })
}

test('a subscription’s batch is as many entries as it has events', (t) => {
  const message = (it: string, id: number) => ({ id: `${id}`, timestamp: id, message: it })
  const batch = {
    messageType: 'DATA_MESSAGE',
    logGroup: group,
    logEvents: [textLine(figures), 'hello', jsonLine(figures), 'REPORT RequestId: 1\tDuration: 2'].map(
      message,
    ),
  }
  const kinds = readLine(JSON.stringify(batch)).map(({ kind }) => kind)
  t.deepEqual(kinds, ['report', 'other', 'report', 'unreadable'])
})

for (const line of [
  'REPORT RequestId: 8f507cfc',
  'REPORT RequestId: 8f507cfc\tDuration: 12.50 ms\tBilled Duration: 113 ms\tMemory Size: 256 MB\tMax Mem',
  'REPORT RequestId: 8f507cfc\tDuration: 12.50 ms\tBilled Duration: ms\tMemory Size: 256 MB\tMax Memory Used: 71 MB',
  'REPORT RequestId: 8f507cfc\tDuration: 12.50 ms\tBilled Duration: 13 ms\tMemory Size: 0 MB\tMax Memory Used: 71 MB',
  'REPORT Req',
  jsonLine(figures).slice(0, -3),
  jsonLine(figures).replace('113', '"113"'),
  jsonLine(figures).replace('113', '-1'),
  '{"type":"platform.report","record":null}',
]) {
  test(`is unreadable, not dropped: ${line.slice(0, 40)}…${line.slice(-120)}`, (t) => {
    t.deepEqual(readLine(line), [{ kind: 'unreadable' }])
  })
}

for (const line of [
  'START RequestId: 8f507cfc Version: $LATEST',
  '{"level":"INFO","message":"wrote REPORT to s3"}',
  '{"time":"2026-03-01T00:00:00Z","type":"platform.start","record":{}}',
  'the word platform.report in a text',
  '',
]) {
  test(`is another line: ${line.slice(0, 60)}`, (t) => {
    t.deepEqual(readLine(line), [{ kind: 'other' }])
  })
}

test('a function is named after its log group', (t) => {
  t.is(functionName('111122223333:/aws/lambda/webhooks'), 'webhooks')
  t.is(functionName('/payments-lift/prod/functions/webhooks'), '/payments-lift/prod/functions/webhooks')
})
