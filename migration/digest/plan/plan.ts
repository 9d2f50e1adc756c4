/** Which tables are compared. */
import type pg from 'pg'
import { CannotCompareError, cannotCompare } from '../errors.ts'
import { begin } from '../session.ts'
import { type Side, type Table, tableName } from '../types.ts'
import { type Catalog, readCatalog } from './catalog.ts'
import { probe } from './probe.ts'
import { type Pair, planTable, type TablePlan } from './table-plan.ts'

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
        types: new Set(chosen.flat().flatMap(({ columns }) => columns.map(({ base }) => base))),
      }),
    ),
  ).catch((error) => Promise.reject(cannotCompare('source', 'probing the hash functions', error)))
  const plans = chosen.map((pair) => planTable(pair, { ...probed, sameEncoding }, problems))
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
