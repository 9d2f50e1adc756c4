import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface PgDump {
  major: number
  /** As it says itself: `pg_dump (PostgreSQL) 17.2`. */
  version: string
}

/** The pg_dump on the PATH; undefined where there is none. */
export async function findPgDump(): Promise<PgDump | undefined> {
  try {
    const { stdout } = await run('pg_dump', ['--version'])
    const version = stdout.trim()
    return { version, major: Number(/\) (\d+)/.exec(version)?.[1]) }
  } catch {
    return undefined
  }
}

/** One object of a dump, with the SQL that makes it. */
export interface DumpEntry {
  /** `TABLE public.payments`; empty for the settings at the head. */
  object: string
  sql: string
}

/** The schema as SQL, object by object, without the lift's own and without publications. */
export async function dumpSchema(url: string): Promise<DumpEntry[]> {
  const address = new URL(url)
  const password = decodeURIComponent(address.password)
  address.password = ''
  const flags = [
    '--schema-only',
    '--no-publications',
    '--no-subscriptions',
    '--no-tablespaces',
    '--exclude-schema=lift',
    '--lock-wait-timeout=5000',
    '--encoding=UTF8',
    `--dbname=${address.href}`,
  ]
  try {
    const { stdout } = await run('pg_dump', flags, {
      // The password must not stand where «ps» shows it.
      env: { ...process.env, ...(password && { PGPASSWORD: password }) },
      maxBuffer: 1 << 30,
    })
    return entriesOf(stdout)
  } catch (error) {
    const { stderr } = error as { stderr?: string }
    throw new Error(
      `pg_dump could not read the source's schema: ${stderr?.trim() || (error as Error).message}`,
    )
  }
}

const header = /^--\n-- Name: (.*); Type: (.*); Schema: (.*); Owner: .*\n--\n/m

/** Splits where pg_dump names the next object. */
export function entriesOf(dump: string): DumpEntry[] {
  const entries: DumpEntry[] = []
  const parts = dump.split(new RegExp(header, 'm'))
  entries.push({ object: '', sql: withoutCommands(parts[0] ?? '') })
  for (let at = 1; at < parts.length; at += 4) {
    const [name, type, schema, sql] = parts.slice(at, at + 4) as [string, string, string, string]
    const object = `${type} ${schema === '-' ? '' : `${schema}.`}${name}`
    // The fence is the lift's own, and comes with another step.
    if (/^TRIGGER .* lift_fence$/.test(object)) continue
    entries.push({ object, sql: withoutCommands(sql) })
  }
  return entries
}

/** psql's own \restrict and \unrestrict, which a server does not know. */
const withoutCommands = (sql: string): string => sql.replaceAll(/^\\(?:un)?restrict .*$/gm, '')
