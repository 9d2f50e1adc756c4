/** On data that changes, a difference counts only when it stays: rows under way are looked at again. */
import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import { type LookedUp, lookUp, lookups } from '../changes/verify-keys.ts'
import { seedsFrom } from '../plan/hash.ts'
import { planTables } from '../plan/plan.ts'
import type { TablePlan } from '../plan/table-plan.ts'
import { begin, connect, digesting } from '../session.ts'
import {
  type Connection,
  type Key,
  type TableResult,
  tableName,
  type VerifyOptions,
  type VerifyResult,
} from '../types.ts'
import type { Examined } from './examine.ts'
import { tableResult } from './result.ts'

const firstRestMs = 200
const maxRowsExplainedDefault = 1000
type Sessions = Record<'source' | 'target', pg.Client>

/**
 * Looks at rows that differ up to `recheck` times more (at least twice), resting twice as long each time. A row
 * that becomes equal is dropped; one that both sides hold unchanged at two looks differs; one that changed every
 * time is unsettled. Tables without a key, or with more differences than were listed, stay as they are.
 */
export async function recheckRows(
  source: Connection,
  target: Connection,
  result: VerifyResult,
  options: VerifyOptions,
): Promise<VerifyResult> {
  if (result.equal) return result
  const sessions: pg.Client[] = []
  try {
    sessions.push(await connect('source', source), await connect('target', target))
    const clients = { source: sessions[0]!, target: sessions[1]! }
    const names = result.tables.map(({ schema, table }) => ({ schema, name: table }))
    const plan = options.plan ?? (await planTables(clients.source, clients.target, names))
    const tables: TableResult[] = []
    let unsettled = 0
    for (const before of result.tables) {
      const table = plan.tables.get(tableName({ schema: before.schema, name: before.table }))
      if (before.equal || !before.complete || before.keyColumns.length === 0 || !table) tables.push(before)
      else {
        const settled = await settle(clients, table, before, options)
        unsettled += settled.unsettled
        tables.push(settled.result)
      }
    }
    return { ...result, tables, unsettled, equal: unsettled === 0 && tables.every((table) => table.equal) }
  } finally {
    await Promise.allSettled(sessions.map((session) => session.end()))
  }
}

async function settle(
  clients: Sessions,
  table: TablePlan,
  before: TableResult,
  { recheck = 0, signal, maxRowsExplained = maxRowsExplainedDefault }: VerifyOptions,
): Promise<{ result: TableResult; unsettled: number }> {
  const seeds = seedsFrom(1)
  let keys: Key[] = [...before.missing, ...before.extra, ...before.differing.map((row) => row.key)]
  let seen = new Map<string, string>()
  for (let look = 1; ; look++) {
    await delay(firstRestMs * 2 ** (look - 1), undefined, signal && { signal })
    const settled = await inSnapshot(clients, async () => {
      const now = await lookUp(clients, table, keys, seeds)
      const stays = (name: string) => seen.get(name) === now.states.get(name)
      const unsettled = [...now.states.keys()].filter((name) => !stays(name)).length
      seen = now.states
      if (unsettled > 0 && look < Math.max(2, recheck)) return undefined
      const result = await tableResult(clients, now, only(now, stays), seeds, maxRowsExplained)
      return { result: { ...result, rows: before.rows, equal: now.states.size === unsettled }, unsettled }
    })
    if (settled) return settled
    keys = Array.from(seen.keys(), (name) => JSON.parse(name) as Key)
  }
}

function only({ found }: LookedUp, stays: (name: string) => boolean): Examined {
  const { missing, extra, differing, complete } = found
  return {
    missing: missing.filter(stays),
    extra: extra.filter(stays),
    differing: differing.filter(stays),
    complete,
  }
}

async function inSnapshot<T>(clients: Sessions, work: () => Promise<T>): Promise<T> {
  const both = Object.values(clients)
  await Promise.all(both.map((client) => client.query(begin({ ...digesting, ...lookups }))))
  try {
    return await work()
  } finally {
    await Promise.allSettled(both.map((client) => client.query('ROLLBACK')))
  }
}
