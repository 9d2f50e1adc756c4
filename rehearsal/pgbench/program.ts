import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { pgbouncerVersion } from '../pgbouncer/server.ts'

/** Debian keeps it in a folder of the server's version; on its PATH is only a wrapper, which may find nothing. */
const debian = '/usr/lib/postgresql'

/** Where pgbench is, or undefined; `PGBENCH` names it. */
export function findPgbench(): string | undefined {
  const folders = (() => {
    try {
      return readdirSync(debian).sort((a, b) => Number(b) - Number(a))
    } catch {
      return []
    }
  })()
  const places = [
    ...(process.env.PGBENCH ? [process.env.PGBENCH] : []),
    ...folders.map((major) => `${debian}/${major}/bin/pgbench`),
    'pgbench',
  ]
  return places.find((place) => {
    try {
      return /pgbench/.test(
        execFileSync(place, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
      )
    } catch {
      return false
    }
  })
}

/** Ends the process where a benchmark lacks a part, and says how to get it. */
export async function demandParts(): Promise<void> {
  const missing = [
    ...(findPgbench() ? [] : ['pgbench is not there: apt-get install postgresql, or set PGBENCH']),
    ...((await pgbouncerVersion()) ? [] : ['PgBouncer is not there: apt-get install pgbouncer']),
  ]
  if (missing.length === 0) return
  console.error(missing.join('\n'))
  process.exit(2)
}
