import { parseRecord, parseText, type Report } from './report-line.ts'

/** What a line of a log holds. */
export type Entry =
  | { kind: 'report'; report: Report; logGroup?: string; atMs?: number }
  | { kind: 'timeout'; logGroup?: string }
  | { kind: 'unreadable' }
  | { kind: 'other' }

const other: Entry = { kind: 'other' }
const unreadable: Entry = { kind: 'unreadable' }
const taskTimedOut = /Task timed out after \d+(\.\d+)? seconds/
const timestamp = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?/
const logGroupInText = /\/aws\/lambda\/[\w.-]+/

/** A line holds more than one entry only when it wraps log events, as a CloudWatch subscription does. */
export function readLine(line: string): Entry[] {
  const at = line.indexOf('REPORT RequestId')
  if (at < 0 && !line.includes('platform.report')) {
    if (line.includes('Task timed out after ') && taskTimedOut.test(line)) return [timedOut(line)]
    return [line.startsWith('REPORT ') ? unreadable : other]
  }
  const brace = line.indexOf('{')
  if (brace >= 0 && (at < 0 || brace < at)) {
    const value = json(line.slice(brace))
    if (value !== undefined) return readValue(value, brace > 0 ? timeIn(line.slice(0, brace)) : undefined)
    if (at < 0) return [line.includes('"platform.report"') ? unreadable : other]
  }
  return at < 0 ? [other] : [fromText(line, at)]
}

function fromText(line: string, at: number): Entry {
  const report = parseText(at === 0 ? line : line.slice(at))
  if (!report) return unreadable
  if (at === 0) return { kind: 'report', report }
  const before = line.slice(Math.max(0, at - 400), at)
  return entry(report, logGroupInText.exec(before)?.[0], timeIn(before))
}

function timedOut(line: string): Entry {
  const logGroup = logGroupInText.exec(line)?.[0]
  return { kind: 'timeout', ...(logGroup && { logGroup }) }
}

function entry(report: Report, logGroup: string | undefined, atMs: number | undefined): Entry {
  return { kind: 'report', report, ...(logGroup && { logGroup }), ...(atMs !== undefined && { atMs }) }
}

type Fields = Record<string, unknown>

/** Lambda's own event, an event of CloudWatch Logs, or a batch of these. */
function readValue(value: unknown, atMs?: number, group?: string): Entry[] {
  if (typeof value !== 'object' || value === null) return [other]
  const fields = value as Fields
  const logGroup = groupIn(fields) ?? group
  const events = fields['logEvents'] ?? fields['events']
  if (Array.isArray(events)) return events.flatMap((event) => readValue(event, undefined, logGroup))
  const time = timeOf(fields) ?? atMs
  if (fields['type'] === 'platform.report') {
    const report = parseRecord(fields['record'])
    return [report ? entry(report, logGroup, time) : unreadable]
  }
  const message = fields['message'] ?? fields['@message']
  if (typeof message === 'object') return readValue(message, time, logGroup)
  if (typeof message !== 'string') return [other]
  return message.split('\n').flatMap((line) =>
    readLine(line).map((found) => {
      if (found.kind === 'timeout') return { ...found, ...(logGroup && { logGroup }) }
      if (found.kind !== 'report') return found
      return entry(found.report, found.logGroup ?? logGroup, found.atMs ?? time)
    }),
  )
}

function groupIn(fields: Fields): string | undefined {
  const faas = fields['faas'] as Fields | undefined
  for (const name of [
    fields['logGroup'],
    fields['log_group'],
    fields['@log'],
    fields['faas.name'],
    faas?.['name'],
  ])
    if (typeof name === 'string' && name !== '') return name
  return undefined
}

function timeOf(fields: Fields): number | undefined {
  const time = fields['time'] ?? fields['timestamp'] ?? fields['@timestamp']
  if (typeof time === 'number') return time
  return typeof time === 'string' ? timeIn(time) : undefined
}

function timeIn(text: string): number | undefined {
  const found = timestamp.exec(text)?.[0]
  const atMs = found ? Date.parse(found) : Number.NaN
  return Number.isNaN(atMs) ? undefined : atMs
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** `111122223333:/aws/lambda/webhooks` → `webhooks` */
export const functionName = (logGroup: string): string =>
  logGroup.replace(/^\d{12}:/, '').replace(/^\/aws\/lambda\//, '')
