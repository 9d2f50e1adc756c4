import type pg from 'pg'
import { CannotCompareError, cannotCompare } from '../errors.ts'
import { type Seeds, seedsFrom } from '../plan/hash.ts'
import type { Plan } from '../plan/plan.ts'
import type { TablePlan } from '../plan/table-plan.ts'
import { difference as differenceOf, rowsByName } from '../rows/compare.ts'
import { type Examined, examine } from '../rows/examine.ts'
import { keyArrays } from '../rows/explain.ts'
import { requireFound, tableResult } from '../rows/result.ts'
import { type Bucketing, differingBuckets, digestOf } from '../scan/buckets.ts'
import { begin, digesting, rows } from '../session.ts'
import { digestSql, keysCondition, relationOf, rowsSql } from '../sql.ts'
import {
  type Changes,
  type Clients,
  type Key,
  type Side,
  type TableResult,
  tableName,
  type VerifyResult,
} from '../types.ts'

const keysAtOnce = 5000
const maxKeysOfWholeTable = 100_000
const wholeTable: Bucketing = { kind: 'hash', bits: 0 }

/** Only index lookups: the cost must grow with the keys, not with the table. */
export const lookups = {
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  // There is one way to look up; without the keys' values the planner need not weigh each of them.
  plan_cache_mode: 'force_generic_plan',
}
const scans = 'SET LOCAL enable_seqscan = on; SET LOCAL enable_hashjoin = on; SET LOCAL enable_mergejoin = on'

export interface VerifyKeysOptions {
  plan: Plan
  seed?: number
  /** Rows whose differing columns are looked up, default 100 a table. */
  maxRowsExplained?: number
}

/**
 * Compares only the rows of these keys, or the whole table where the changes say `all` or the table has no key.
 * The sessions are open already, in no transaction, and in pipeline mode. Each side is read in one snapshot.
 * @throws CannotCompareError when there is no answer
 */
export async function verifyKeys(
  source: pg.ClientBase,
  target: pg.ClientBase,
  changes: Changes,
  { plan, seed = 1, maxRowsExplained = 100 }: VerifyKeysOptions,
): Promise<VerifyResult> {
  const startedAt = performance.now()
  const clients = { source, target }
  const seeds = seedsFrom(seed)
  const whole: TablePlan[] = []
  const byKey: { table: TablePlan; keys: readonly Key[] }[] = []
  for (const [name, keys] of changes) {
    const table = plan.tables.get(name)
    if (!table) throw new CannotCompareError(`table ${name} changed but is not in the plan: plan again`)
    if (keys === 'all' || table.key.length === 0) whole.push(table)
    else byKey.push({ table, keys })
  }
  try {
    const tables: TableResult[] = []
    // Asked for at once: each answer that is waited for costs a pause a millisecond or more on a busy machine.
    const [, ...all] = await Promise.all([
      onBoth('opening a snapshot', (side) => clients[side].query(begin({ ...digesting, ...lookups }))),
      ...byKey.map(({ table, keys }) => lookUp(clients, table, keys, seeds)),
    ])
    for (const lookedUp of all) {
      requireFound(lookedUp, lookedUp.found)
      tables.push(await tableResult(clients, lookedUp, lookedUp.found, seeds, maxRowsExplained))
    }
    if (whole.length > 0) await onBoth('opening a snapshot', (side) => clients[side].query(scans))
    for (const table of whole) tables.push(await readAll(clients, table, seeds, maxRowsExplained))
    const rowCount = tables.reduce((sum, table) => sum + table.rows, 0)
    const rowsPerSecond = Math.round(rowCount / ((performance.now() - startedAt) / 1000))
    return { equal: tables.every((table) => table.equal), tables, rowsPerSecond, bytes: 0, unsettled: 0 }
  } finally {
    await Promise.allSettled([source.query('ROLLBACK'), target.query('ROLLBACK')])
  }
}

export interface LookedUp {
  table: TablePlan
  sourceRows: number
  /** Empty, or the one bucket that all the keys are in. */
  differing: Map<bigint, number>
  found: Examined
  /** Of each row that differs, by its key as JSON: what both sides hold, as hashes. */
  states: Map<string, string>
}

export async function lookUp(
  clients: Clients,
  table: TablePlan,
  keys: readonly Key[],
  seeds: Seeds,
): Promise<LookedUp> {
  const found: Examined = { missing: [], extra: [], differing: [], complete: true }
  const result: LookedUp = { table, sourceRows: 0, differing: new Map(), found, states: new Map() }
  for (let i = 0; i < keys.length; i += keysAtOnce) {
    const values = keyArrays(table, keys.slice(i, i + keysAtOnce))
    const query = (sql: (from: string, condition: string) => string) =>
      onBoth(`reading ${tableName(table)}`, (side) =>
        rows(clients[side], sql(relationOf(table, side), keysCondition(table, side)), values),
      )
    // One row from each side tells whether all is well; the rows themselves only come when it is not.
    const sums = (from: string, condition: string) => digestSql(table, seeds, wholeTable, from, condition)
    const [ours, theirs] = (await query(sums)).map(digestOf)
    result.sourceRows += ours!.get(0n)?.rows ?? 0
    if (differingBuckets(ours!, theirs!).size === 0) continue
    result.differing.set(0n, keys.length)
    const [source, target] = (await query((from, condition) => rowsSql(table, seeds, from, condition))).map(
      rowsByName,
    )
    const difference = differenceOf(source!, target!)
    for (const kind of ['missing', 'extra', 'differing'] as const) {
      found[kind].push(...difference[kind])
      for (const name of difference[kind])
        result.states.set(name, `${source!.get(name)}|${target!.get(name)}`)
    }
  }
  return result
}

async function readAll(
  clients: Clients,
  table: TablePlan,
  seeds: Seeds,
  maxRowsExplained: number,
): Promise<TableResult> {
  const [ours, theirs] = (
    await onBoth(`reading ${tableName(table)}`, (side) =>
      rows(clients[side], digestSql(table, seeds, wholeTable, relationOf(table, side), 'true')),
    )
  ).map(digestOf)
  const differing = differingBuckets(ours!, theirs!)
  const sourceRows = ours!.get(0n)?.rows ?? 0
  const signal = new AbortController().signal
  const options = { seeds, where: 'true', maxKeys: maxKeysOfWholeTable, signal }
  const found = await examine(clients, { table, bucketing: wholeTable, differing }, options)
  requireFound({ table, differing }, found)
  return tableResult(clients, { table, sourceRows }, found, seeds, maxRowsExplained)
}

async function onBoth<T>(doing: string, work: (side: Side) => Promise<T>): Promise<T[]> {
  return Promise.all(
    (['source', 'target'] as const).map((side) =>
      work(side).catch((error) => Promise.reject(cannotCompare(side, doing, error))),
    ),
  )
}
