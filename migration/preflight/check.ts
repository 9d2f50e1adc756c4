import type { Database } from '../database.ts'
import { readFenceRow } from '../epoch.ts'
import type { Lift } from '../lift.ts'
import type { Mailbox } from '../watchdog/mailbox.ts'

/** One thing that stands in the way, as an operator needs it. */
export interface Problem {
  what: string
  /** Side and object: `source, public.payments`. */
  where: string
  /** What to do about it. */
  mend: string
}

/** What checks look at. They change nothing. */
export interface PreflightContext {
  readonly lift: Lift
  readonly watchdog: Mailbox
  /** The side that is to be left. */
  readonly from: Database
  readonly to: Database
  /** The replicate runbook has run: fence, publication and subscription are there. */
  readonly linked: boolean
  /** From how long on an open transaction is in the way, milliseconds. */
  readonly longTransactionMs: number
  /** How long a worker may be away, or replication behind, before it counts, milliseconds. */
  readonly patienceMs: number
  /** Something that is no problem, and that the operator should know. */
  note(text: string): void
}

export interface Check {
  /** The name by which a site file accepts it. */
  readonly name: string
  /** What would happen without it. */
  readonly why: string
  /** Makes sense only once the two databases are linked. */
  readonly needsLink?: true
  /** The site may say, with a reason, that it has seen to it in another way. */
  readonly acceptable?: true
  /** Why it makes no sense here; undefined where it does. */
  unneeded?(context: PreflightContext): Promise<string | undefined>
  run(context: PreflightContext): Promise<Problem[]>
}

/** Checks of one subject, shown together. */
export interface CheckGroup {
  readonly title: string
  readonly checks: readonly Check[]
}

/** The same look at both databases. */
export async function onBoth(
  { lift }: PreflightContext,
  look: (database: Database) => Promise<Problem[]>,
): Promise<Problem[]> {
  return (await Promise.all([look(lift.source), look(lift.target)])).flat()
}

/** A problem for each row of a query; the row says where. */
export async function found(
  { client, side }: Database,
  sql: string,
  problem: (row: Record<string, string>) => Omit<Problem, 'where'>,
  values: unknown[] = [],
): Promise<Problem[]> {
  const { rows } = await client.query(sql, values)
  return rows.map((row) => ({ ...problem(row), where: row.object ? `${side}, ${row.object}` : side }))
}

/** The major version of a server. */
export async function majorOf({ client }: Database): Promise<number> {
  const { rows } = await client.query(`select current_setting('server_version_num')::int / 10000 as major`)
  return rows[0].major
}

/** Are the application's roles without LOGIN, behind this side's fence? */
export async function shutsOut({ client }: Database): Promise<boolean> {
  const row = await readFenceRow(client).catch(() => undefined)
  return (row?.saved.length ?? 0) > 0
}

/** For a table's name in a problem, as SQL over pg_class c and pg_namespace n. */
export const objectName = `format('%I.%I', n.nspname, c.relname)`
/** Ordinary tables and partitions of the application, as SQL over the same. */
export const userTable = `c.relkind in ('r', 'p') and c.relpersistence <> 't' and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'lift')
  and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')`
export const classes = 'pg_class c join pg_namespace n on n.oid = c.relnamespace'
