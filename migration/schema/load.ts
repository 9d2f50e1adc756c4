import type { ClientBase } from 'pg'
import type { DumpEntry } from './dump.ts'

/** What the target did not take, and why, in its own words. */
export interface Refusal {
  object: string
  reason: string
}

/**
 * Makes every object of a dump, all or none: on a refusal the others are tried too, so that all are known, and the
 * target stays as it was.
 * @param client a session of its own: the dump changes its settings
 * @throws SchemaRefusedError
 */
export async function loadSchema(client: ClientBase, entries: readonly DumpEntry[]): Promise<void> {
  await client.query('begin')
  const refusals: Refusal[] = []
  for (const { object, sql } of entries) {
    const statements = object === '' ? settingsOf(sql) : [sql]
    for (const statement of statements) {
      const reason = await tried(client, statement)
      if (reason !== undefined && matters(object, reason)) refusals.push({ object, reason: reason.message })
    }
  }
  await client.query(refusals.length === 0 ? 'commit' : 'rollback')
  if (refusals.length > 0) throw new SchemaRefusedError(refusals)
}

export class SchemaRefusedError extends Error {
  override readonly name = 'SchemaRefusedError'
  readonly refusals: readonly Refusal[]
  constructor(refusals: readonly Refusal[]) {
    const lines = refusals.map(({ object, reason }) => `  ${object || 'settings of the dump'}: ${reason}`)
    super(
      `the target does not take ${refusals.length} object${refusals.length === 1 ? '' : 's'} of the source; it was left as it was:\n${lines.join('\n')}\nThe first is often the cause of others. Change it on the source, or make the whole schema on the target by hand; then run the step again.`,
    )
    this.refusals = refusals
  }
}

async function tried(client: ClientBase, sql: string): Promise<(Error & { code?: string }) | undefined> {
  await client.query('savepoint entry')
  try {
    await client.query(sql)
    await client.query('release savepoint entry')
    return undefined
  } catch (error) {
    await client.query('rollback to savepoint entry')
    return error as Error
  }
}

/** A newer pg_dump sets what an older server does not know; comments on what is not ours change nothing. */
function matters(object: string, { code }: { code?: string }): boolean {
  return !(object === '' && code === '42704') && !object.startsWith('COMMENT ')
}

const settingsOf = (head: string): string[] =>
  head.split('\n').filter((line) => /^(?:SET|SELECT) /.test(line))
