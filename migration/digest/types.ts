import type pg from 'pg'
import { CannotCompareError } from './errors.ts'

export type Side = 'source' | 'target'

export type Clients = Record<Side, pg.ClientBase>

export interface Table {
  schema: string
  name: string
}

/** A row's key: its key columns as text in the key's order. A table without a key: all its columns. */
export type Key = readonly (string | null)[]

/** Keys to look up by table name (`tableName`); `all` where the whole table must be read again. */
export type Changes = Map<string, readonly Key[] | 'all'>

export interface DifferingRow {
  key: Key
  /** Names of the columns that differ; empty beyond `VerifyOptions.maxRowsExplained`. */
  columns: string[]
  /** What they hold in the first rows: as text, cut, card numbers masked. */
  values?: Record<string, Record<Side, string | null>>
}

export interface TableResult {
  schema: string
  table: string
  /** Names of the key's columns; empty when the table has no key and rows compare as a multiset. */
  keyColumns: string[]
  /** Rows read on the source. */
  rows: number
  equal: boolean
  /** Only on the source. */
  missing: Key[]
  /** Only on the target. */
  extra: Key[]
  differing: DifferingRow[]
  /** Rows found, also those beyond the bound of the lists. */
  counted: { missing: number; extra: number; differing: number }
  /** False when the bound `maxKeys` ended the search: then `counted` says «at least». */
  complete: boolean
  /** What a reader should know, such as column types that differ. */
  notes: string[]
}

export interface VerifyResult {
  equal: boolean
  tables: TableResult[]
  /** Rows of the source compared in a second. */
  rowsPerSecond: number
  /** Bytes of table storage read on both sides. */
  bytes: number
  /** Rows that changed at every look: neither equal nor different. Zero unless `recheck` was asked for. */
  unsettled: number
}

export interface Progress {
  phase: 'scan' | 'examine'
  table: string
  /** Rows of the source read so far. */
  rows: number
  /** Bytes of table storage, both sides. */
  bytes: number
  totalBytes: number
  rowsPerSecond: number
  /** Undefined until there is a rate. */
  secondsLeft: number | undefined
}

/** Of storage, read at once unless told otherwise. */
export const usualChunkMebibytes = 32

export interface VerifyOptions {
  /** Default: every table but those of the schema `lift` and of extensions. */
  tables?: readonly Table[]
  /** A plan made before; otherwise one is made. */
  plan?: import('./plan/plan.ts').Plan
  /** An SQL condition both sides apply to each table. */
  where?: string
  /** Storage read at once, default {@link usualChunkMebibytes}: the grain of progress, throttle and resumption. */
  chunkMebibytes?: number
  /** Sessions a side, default 2. */
  jobs?: number
  /** Seed of the hashes, default random. */
  seed?: number
  /** Keys listed a table, default 100,000; the search ends there. */
  maxKeys?: number
  /** Rows whose differing columns are looked up, default 1,000 a table. */
  maxRowsExplained?: number
  /** How often rows that differ are looked at again before they count, default 0. */
  recheck?: number
  /** MiB of storage read a second on each side, default unlimited. */
  maxMebibytesPerSecond?: number
  /** A file that keeps finished chunks, so that a run that was killed goes on where it was. */
  journal?: string
  onProgress?: (progress: Progress) => void
  signal?: AbortSignal
}

export type Connection = string | pg.PoolConfig

const plain = /^[a-z_][a-z0-9_$]*$/

/** `schema.table`, quoted only where a part is not a plain identifier. */
export function tableName({ schema, name }: Table): string {
  return [schema, name].map((part) => (plain.test(part) ? part : quoted(part))).join('.')
}

export function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`
}

/** The name for use in SQL, always quoted. */
export function qualified({ schema, name }: Table): string {
  return `${quoted(schema)}.${quoted(name)}`
}

/** `table`, `schema.table`, with double quotes around parts that need them. */
export function parseTable(text: string): Table {
  const match = /^(?:("(?:[^"]|"")+"|[^".]+)\.)?("(?:[^"]|"")+"|[^".]+)$/.exec(text)
  if (!match) throw new CannotCompareError(`«${text}» is not a table's name: write schema.table`)
  const plainName = (part: string) => (part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part)
  return { schema: plainName(match[1] ?? 'public'), name: plainName(match[2]!) }
}
