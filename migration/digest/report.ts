/** What a person reads: what differs, where, and the query that shows it. Card numbers are masked. */
import { maskCards } from './mask.ts'
import {
  type DifferingRow,
  type Key,
  qualified,
  quoted,
  type TableResult,
  tableName,
  type VerifyResult,
} from './types.ts'

const shown = 10
const count = (n: number) => n.toLocaleString('en-US')

export function reportText(result: VerifyResult): string {
  const rows = result.tables.reduce((sum, table) => sum + table.rows, 0)
  const verdict = result.equal
    ? 'equal'
    : result.tables.every((table) => table.equal)
      ? 'not settled'
      : 'DIFFERENT'
  const lines = result.tables.flatMap(tableLines)
  if (result.unsettled > 0)
    lines.push(
      `${count(result.unsettled)} rows changed at every look: neither equal nor different; look again when writes rest, or more often with --recheck`,
    )
  lines.push(
    `${verdict}: ${count(result.tables.length)} tables, ${count(rows)} rows, ${count(result.rowsPerSecond)} rows a second`,
  )
  return maskCards(lines.join('\n'))
}

function tableLines(table: TableResult): string[] {
  const name = tableName({ schema: table.schema, name: table.table })
  const notes = table.notes.map((note) => `  note  ${note}`)
  if (table.equal) return [`${name}  ${count(table.rows)} rows  equal`, ...notes]
  const { missing, extra, differing } = table.counted
  const least = table.complete ? '' : 'at least '
  const example = table.differing[0]?.key ?? table.missing[0] ?? table.extra[0]
  return [
    `${name}  ${count(table.rows)} rows  DIFFERENT: ${least}${count(missing)} missing on the target, ${count(extra)} only on the target, ${count(differing)} differ`,
    ...list('missing', table.missing.map(keyText)),
    ...list('extra', table.extra.map(keyText)),
    ...list('differs', table.differing.map(rowText)),
    ...notes,
    ...(example && table.keyColumns.length > 0 ? [`  to look at one: ${showSql(table, example)}`] : []),
  ]
}

function list(word: string, texts: string[]): string[] {
  const more =
    texts.length > shown ? [`  ${word}  … and ${count(texts.length - shown)} more (--json has all)`] : []
  return [...texts.slice(0, shown).map((text) => `  ${word}  ${text}`), ...more]
}

const keyText = (key: Key) => key.map((part) => part ?? 'NULL').join(', ')
const valueText = (value: string | null | undefined) => (value == null ? 'NULL' : JSON.stringify(value))

function rowText({ key, columns, values }: DifferingRow): string {
  const changes = columns.map((column) => {
    const value = values?.[column]
    return value ? `${column}: ${valueText(value.source)} → ${valueText(value.target)}` : column
  })
  return `${keyText(key)}${changes.length > 0 ? `  ${changes.join('; ')}` : ''}`
}

/** Runs on either side. */
export function showSql(table: TableResult, key: Key): string {
  const literal = (value: string | null | undefined) => `'${(value ?? '').replaceAll("'", "''")}'`
  const condition = table.keyColumns
    .map((column, n) => `${quoted(column)} = ${literal(key[n])}`)
    .join(' AND ')
  return `SELECT * FROM ${qualified({ schema: table.schema, name: table.table })} WHERE ${condition};`
}

/** The result for programs, with card numbers masked in every text. */
export function reportJson(result: VerifyResult): string {
  return JSON.stringify(result, (_, value) => (typeof value === 'string' ? maskCards(value) : value), 2)
}
