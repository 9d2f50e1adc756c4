import { readFileSync } from 'node:fs'
import { open, rename, stat } from 'node:fs/promises'
import type { Route, Side } from './gate.ts'

/** What a pooler logs in to a server with, when clients log in to the pooler with something else. */
export interface ServerLogin {
  user: string
  password: string
}

const mark = /^; payments-lift token=(\d+) side=(source|target)$/m

/** What the ini says of the switchover: the token last obeyed, and where the database's requests go. */
export function readMark(ini: string): { token: number; side: Side } | undefined {
  const found = mark.exec(ini)
  return found ? { token: Number(found[1]), side: found[2] as Side } : undefined
}

/** The ini with a new mark; everything else stays as it is. */
export function withMark(ini: string, token: number, side: Side): string {
  const line = `; payments-lift token=${token} side=${side}`
  return mark.test(ini) ? ini.replace(mark, line) : `${line}\n${ini}`
}

/**
 * The ini with one database sent elsewhere: host and port change, its other keys stay.
 * @param login where the two servers have different ones
 */
export function withRoute(ini: string, database: string, route: Route, login?: ServerLogin): string {
  const changed = login ? 'host|port|user|password' : 'host|port'
  const keys = new RegExp(`\\b(?:${changed})\\s*=\\s*(?:'(?:[^']|'')*'|\\S+)`, 'g')
  const entry = entryPattern(database)
  if (!entry.test(ini)) throw new Error(`the ini has no entry «${database} = …» under [databases]`)
  return ini.replace(entry, (_line, name: string, now: string) => {
    const others = now.replaceAll(keys, '').replaceAll(/\s+/g, ' ').trim()
    const as = login ? `user=${quoted(login.user)} password=${quoted(login.password)} ` : ''
    return `${name} = host=${route.host} port=${route.port} ${as}${others}`.trimEnd()
  })
}

/** As PgBouncer reads a value with anything in it. */
export const quoted = (value: string): string => `'${value.replaceAll("'", "''")}'`

/**
 * Writes beside, syncs and renames, so that a pooler that restarts reads old or new, never half. Which of them, after
 * the whole machine went down, is certain once the folder is synced.
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  const beside = `${path}.payments-lift`
  const { mode, uid, gid } = await stat(path)
  const file = await open(beside, 'w', mode)
  try {
    await file.writeFile(text)
    // PgBouncer does not run as root, and must still be able to read what root wrote.
    if (process.getuid?.() === 0) await file.chown(uid, gid)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(beside, path)
}

export const readIni = (path: string): string => readFileSync(path, 'utf8')

const entryPattern = (database: string): RegExp =>
  new RegExp(`^(${database.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')})[ \\t]*=[ \\t]*(.*)$`, 'm')
