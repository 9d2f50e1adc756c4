/** Rules about the data as plain SQL: each query returns no row when its rule holds. */
import { readFileSync } from 'node:fs'
import type pg from 'pg'
import { CannotCompareError, cannotCompare } from './errors.ts'
import { maskedJson } from './mask.ts'
import { begin } from './session.ts'
import type { Side } from './types.ts'

export interface Invariant {
  name: string
  sql: string
  /** Cheap enough to run while writes wait. */
  inPause: boolean
}

export interface InvariantResult {
  name: string
  holds: boolean
  /** The first rows that break it, as JSON has them, card numbers masked. */
  offenders: Record<string, unknown>[]
}

const offendersShown = 5
export const paymentsInvariants = new URL('invariants.sql', import.meta.url)

/** @throws CannotCompareError when the file cannot be read or has no query */
export function readInvariants(path: string | URL = paymentsInvariants): Invariant[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new CannotCompareError(`the file of invariants ${path} cannot be read: ${(error as Error).message}`)
  }
  return parseInvariants(text, String(path))
}

export function parseInvariants(text: string, path: string): Invariant[] {
  const [preamble, ...blocks] = text.split(/^-- name:/m)
  if (blocks.length === 0 || preamble?.split('\n').some((line) => line.trim() && !line.startsWith('--')))
    throw new CannotCompareError(`${path}: a line «-- name: …» must come before each query`)
  return blocks.map((block) => {
    const [name, ...lines] = block.split('\n')
    const sql = lines.join('\n').trim().replace(/;$/, '')
    if (!name?.trim() || !sql.split('\n').some((line) => line.trim() && !line.trim().startsWith('--')))
      throw new CannotCompareError(`${path}: «-- name:${name}» has no name or no query`)
    return { name: name.trim(), sql, inPause: lines.some((line) => /^-- pause\s*$/.test(line)) }
  })
}

/**
 * Runs the queries in one snapshot, on a session that is in no transaction.
 * @param limitMs a query that takes longer gives no answer
 * @throws CannotCompareError when a query fails or takes too long
 */
export async function checkInvariants(
  side: Side,
  client: pg.ClientBase,
  invariants: readonly Invariant[],
  { limitMs = 0 }: { limitMs?: number } = {},
): Promise<InvariantResult[]> {
  await client
    .query(begin({ statement_timeout: String(limitMs) }))
    .catch((error) => Promise.reject(cannotCompare(side, 'opening a snapshot', error)))
  try {
    const results: InvariantResult[] = []
    for (const { name, sql } of invariants) {
      const { rows } = await client
        .query(`SELECT pg_catalog.to_jsonb(q)::text AS row FROM (\n${sql}\n) q LIMIT ${offendersShown}`)
        .catch((error) => Promise.reject(cannotCompare(side, `checking «${name}»`, error)))
      const offenders = rows.map(({ row }) => JSON.parse(maskedJson(row)))
      results.push({ name, holds: offenders.length === 0, offenders })
    }
    return results
  } finally {
    await client.query('ROLLBACK').catch(() => {})
  }
}
