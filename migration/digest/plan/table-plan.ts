/** How the rows of one table are told apart and what their hashes are made of. */

import { quoted, type Side, type Table, tableName } from '../types.ts'
import type { CatalogColumn, CatalogTable } from './catalog.ts'
import { canonicalExpression, formOf, linkedExpression } from './columns.ts'
import type { Recipe } from './hash.ts'
import type { Value } from './links.ts'
import type { Probe } from './probe.ts'

export interface KeyColumn {
  name: string
  /** The type a key's text is cast to, on each side. */
  castType: Record<Side, string>
}

export interface TablePlan extends Table {
  recipe: Recipe
  /** All columns, in the source's order. */
  columns: string[]
  /** What a row is made of, the same on both sides. */
  values: Value[]
  /** One for each of `columns`. */
  columnValues: Value[]
  /** The same for the key alone. */
  keyValues: Value[]
  /** Empty: no key, rows compare as a multiset. */
  key: KeyColumn[]
  /** The key is one integer column: buckets are ranges, which an index can read. */
  integerKey: boolean
  partitioned: Record<Side, boolean>
  /** Partitions of the source at any depth: changes name them, not the table. */
  partitions: Table[]
  estimatedRows: number
  /** Of each side's columns when the plan was made. */
  fingerprints: Record<Side, string>
  /** What a reader should know, such as types that differ. */
  notes: string[]
}

/** A table on the source and on the target. */
export type Pair = readonly [CatalogTable, CatalogTable]

type Servers = Probe & { sameEncoding: boolean }

/** @param problems gets a line for each column that exists on one side only */
export function planTable([source, target]: Pair, servers: Servers, problems: string[]): TablePlan {
  const columns = pairColumns(source, target, problems)
  const notes = columns
    .filter(([ours, other]) => ours.castType !== other.castType)
    .map(
      ([ours, other]) =>
        `column ${ours.name}: ${ours.castType} on the source, ${other.castType} on the target`,
    )
  const key = keyOf(source, columns, notes)
  const integerKey =
    key.length === 1 &&
    Object.values(key[0]!.castType).every((type) => ['smallint', 'integer', 'bigint'].includes(type))
  const byColumn = new Map(
    columns.map((pair) => [pair[0].name, hashedForm(pair, servers) ?? output([pair[0].name], servers)]),
  )
  const viaOutput = columns.filter((pair) => !hashedForm(pair, servers)).map(([{ name }]) => name)
  const values = [
    ...columns.flatMap((pair) => hashedForm(pair, servers) ?? []),
    ...(viaOutput.length > 0 ? [output(viaOutput, servers)] : []),
  ]
  return {
    schema: source.schema,
    name: source.name,
    recipe: key.length === 0 ? servers.keylessRecipe : servers.recipe,
    columns: [...byColumn.keys()],
    values,
    columnValues: [...byColumn.values()],
    keyValues: key.length > 0 ? key.map(({ name }) => byColumn.get(name)!) : values,
    key,
    integerKey,
    partitioned: { source: source.partitioned, target: target.partitioned },
    partitions: source.partitions,
    estimatedRows: Math.max(source.estimatedRows, target.estimatedRows),
    fingerprints: { source: source.fingerprint, target: target.fingerprint },
    notes,
  }
}

type Columns = readonly [CatalogColumn, CatalogColumn]

/** None where rows of a side may hold NULL in it: no lookup by key and no range of keys finds such a row. */
function keyOf(source: CatalogTable, columns: readonly Columns[], notes: string[]): KeyColumn[] {
  const pairs = source.key.flatMap((name) => columns.filter(([ours]) => ours.name === name))
  const nullable = pairs.filter(([ours, other]) => !(ours.notNull && other.notNull))
  for (const [ours, other] of nullable)
    notes.push(
      `key column ${ours.name} may be NULL on the ${other.notNull ? 'source' : 'target'}: rows compare without a key, each by all its columns; SET NOT NULL there gives the key back`,
    )
  if (nullable.length > 0) return []
  return pairs.map(([ours, other]) => ({
    name: ours.name,
    castType: { source: ours.castType, target: other.castType },
  }))
}

function pairColumns(source: CatalogTable, target: CatalogTable, problems: string[]): Columns[] {
  const name = tableName(source)
  const theirs = new Map(target.columns.map((column) => [column.name, column]))
  for (const column of target.columns) {
    if (!source.columns.some((ours) => ours.name === column.name))
      problems.push(`table ${name}: column ${column.name} exists only on the target`)
  }
  return source.columns.flatMap((ours) => {
    const other = theirs.get(ours.name)
    if (!other) problems.push(`table ${name}: column ${ours.name} exists only on the source`)
    return other ? [[ours, other] as const] : []
  })
}

/** Undefined for a type that goes through its output function. */
function hashedForm([ours, other]: Columns, { alike, linked, sameEncoding }: Servers): Value | undefined {
  const form = formOf(ours, other, alike)
  if (form === 'output') return undefined
  const cast = ours.domain || other.domain || ours.base !== form || other.base !== form
  const nullable = !(ours.notNull && other.notNull)
  const viaLink = linked(form) ? linkedExpression(ours.name, form, { cast, sameEncoding }) : undefined
  const canonical = canonicalExpression(ours.name, form, { cast, sameEncoding })
  if (viaLink !== undefined) return { sql: viaLink, link: form, unchained: canonical, nullable }
  return { sql: canonical, nullable }
}

/** Through the types' output functions: a cast to text may be a user's own and lose something. */
function output(names: string[], { sameEncoding }: Servers): Value {
  const text = `ROW(${names.map(quoted).join(', ')})::pg_catalog.text`
  return { sql: sameEncoding ? `${text} COLLATE "C"` : `pg_catalog.textsend(${text})`, nullable: false }
}
