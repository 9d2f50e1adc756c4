import { chownSync, readFileSync } from 'node:fs'

export interface User {
  uid: number
  gid: number
}

/**
 * Whom servers run as that refuse to run as root (PostgreSQL, PgBouncer): nobody to change when we are not
 * root, otherwise the user `postgres` or `nobody`, whichever the machine has. No user is created.
 */
export function unprivilegedUser(): User | undefined {
  if (process.getuid?.() !== 0) return undefined
  const accounts = readFileSync('/etc/passwd', 'utf8')
  for (const name of ['postgres', 'nobody']) {
    const fields = accounts.match(new RegExp(`^${name}:[^:]*:(\\d+):(\\d+):`, 'm'))
    if (fields) return { uid: Number(fields[1]), gid: Number(fields[2]) }
  }
  throw new Error(
    'PostgreSQL does not run as root, and this machine has neither a user «postgres» nor «nobody»: run as an ordinary user',
  )
}

/** Hands a path to the unprivileged user, when there is one. */
export function handOver(path: string, user = unprivilegedUser()): void {
  if (user) chownSync(path, user.uid, user.gid)
}
