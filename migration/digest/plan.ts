/** What is compared and how each column is hashed. */
import type pg from 'pg'
import { type Catalog, type CatalogTable, readCatalog } from './catalog.ts'
import { canonicalExpression, formOf } from './columns.ts'
import { CannotCompareError, cannotCompare } from './errors.ts'
import type { Recipe } from './hash.ts'
import { type Probe, probe } from './probe.ts'
import { begin } from './session.ts'
import { quoted, type Side, type Table, tableName } from './types.ts'

export interface KeyColumn {
  name: string
  /** The type a key's text is cast to, on each side. */
  castType: Record<Side, string>
}

export interface TablePlan extends Table {
  recipe: Recipe
  /** All columns, in the source's order. */
  columns: string[]
  /** SQL for the row's values, the same on both sides. */
  expressions: string[]
  /** One for each of `columns`. */
  columnExpressions: string[]
  /** The same for the key alone. */
  keyExpressions: string[]
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

export interface Plan {
  /** Which two databases. */
  servers: Record<Side, string>
  /** By `tableName`. */
  tables: Map<string, TablePlan>
}

/**
 * Reads both catalogs, probes the hash functions and decides. Done once, before the pause.
 * The sessions must not be in a transaction.
 * @throws CannotCompareError with every table and column that exists on one side only.
 */
export async function planTables(
  source: pg.ClientBase,
  target: pg.ClientBase,
  tables?: readonly Table[],
): Promise<Plan> {
  const catalogs = await Promise.all([read(source, 'source'), read(target, 'target')])
  const [ours, theirs] = catalogs
  if (ours.database === theirs.database && ours.server === theirs.server)
    throw new CannotCompareError('source and target are the same database: check the URLs')
  const problems: string[] = []
  const chosen = choose(catalogs, tables, problems)
  const sameEncoding = ours.encoding === theirs.encoding
  const probed = await transaction(source, () =>
    transaction(target, () =>
      probe(source, target, {
        oldestVersion: Math.min(...catalogs.map((catalog) => catalog.version)),
        sameEncoding,
      }),
    ),
  ).catch((error) => Promise.reject(cannotCompare('source', 'probing the hash functions', error)))
  const plans = chosen.map((pair) => planTable(pair, probed, sameEncoding, problems))
  if (problems.length > 0) throw new CannotCompareError(problems.join('\n'))
  if (plans.length === 0) throw new CannotCompareError('there is no table to compare')
  return {
    servers: { source: ours.database, target: theirs.database },
    tables: new Map(plans.map((plan) => [tableName(plan), plan])),
  }
}

async function read(client: pg.ClientBase, side: Side): Promise<Catalog> {
  return transaction(client, () => readCatalog(client)).catch((error) =>
    Promise.reject(cannotCompare(side, 'reading the catalog', error)),
  )
}

async function transaction<T>(client: pg.ClientBase, work: () => Promise<T>): Promise<T> {
  await client.query(begin())
  try {
    return await work()
  } finally {
    await client.query('ROLLBACK')
  }
}

type Pair = readonly [CatalogTable, CatalogTable]

function choose(catalogs: Catalog[], asked: readonly Table[] | undefined, problems: string[]): Pair[] {
  const [source, target] = catalogs.map((catalog) => catalog.tables) as [Catalog['tables'], Catalog['tables']]
  const all = [...new Set([...source.keys(), ...target.keys()])].filter((name) => !name.startsWith('lift.'))
  const pairs: Pair[] = []
  for (const name of asked ? [...new Set(asked.map(tableName))] : all) {
    const [ours, theirs] = [source.get(name), target.get(name)]
    if (ours && theirs) pairs.push([ours, theirs])
    else if (ours) problems.push(`table ${name} exists only on the source: create it on the target`)
    else if (theirs)
      problems.push(`table ${name} exists only on the target: drop it, or name the tables to compare`)
    else problems.push(`table ${name} exists on neither side, or is a view, a partition or a foreign table`)
  }
  return pairs
}

function planTable(
  [source, target]: Pair,
  { recipe, keylessRecipe, alike }: Probe,
  sameEncoding: boolean,
  problems: string[],
): TablePlan {
  const name = tableName(source)
  const theirs = new Map(target.columns.map((column) => [column.name, column]))
  for (const column of target.columns) {
    if (!source.columns.some((ours) => ours.name === column.name))
      problems.push(`table ${name}: column ${column.name} exists only on the target`)
  }
  const notes: string[] = []
  const expressions: string[] = []
  const viaOutput: string[] = []
  const byColumn = new Map<string, string>()
  for (const ours of source.columns) {
    const other = theirs.get(ours.name)
    if (!other) {
      problems.push(`table ${name}: column ${ours.name} exists only on the source`)
      continue
    }
    if (ours.castType !== other.castType)
      notes.push(`column ${ours.name}: ${ours.castType} on the source, ${other.castType} on the target`)
    const form = formOf(ours, other, alike)
    if (form === 'output') {
      viaOutput.push(quoted(ours.name))
      byColumn.set(ours.name, output([quoted(ours.name)], sameEncoding))
    } else {
      const cast = ours.domain || other.domain || ours.base !== form || other.base !== form
      const expression = canonicalExpression(ours.name, form, { cast, sameEncoding })
      expressions.push(expression)
      byColumn.set(ours.name, expression)
    }
  }
  if (viaOutput.length > 0) expressions.push(output(viaOutput, sameEncoding))
  const columns = source.columns.map((column) => column.name)
  const key = source.key.map((column) => ({
    name: column,
    castType: {
      source: source.columns.find((c) => c.name === column)!.castType,
      target: theirs.get(column)?.castType ?? '',
    },
  }))
  return {
    schema: source.schema,
    name: source.name,
    recipe: key.length === 0 ? keylessRecipe : recipe,
    columns,
    expressions,
    columnExpressions: columns.map((column) => byColumn.get(column) ?? 'NULL'),
    keyExpressions: key.length > 0 ? source.key.map((column) => byColumn.get(column) ?? 'NULL') : expressions,
    key,
    partitioned: { source: source.partitioned, target: target.partitioned },
    partitions: source.partitions,
    integerKey:
      key.length === 1 &&
      Object.values(key[0]!.castType).every((type) => ['smallint', 'integer', 'bigint'].includes(type)),
    estimatedRows: Math.max(source.estimatedRows, target.estimatedRows),
    fingerprints: { source: source.fingerprint, target: target.fingerprint },
    notes,
  }
}

/** Through the types' output functions: a cast to text may be a user's own and lose something. */
function output(columns: string[], sameEncoding: boolean): string {
  const text = `ROW(${columns.join(', ')})::pg_catalog.text`
  return sameEncoding ? `${text} COLLATE "C"` : `pg_catalog.textsend(${text})`
}
