import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'

export interface LockHolder {
  runbook: string
  host: string
  pid: number
  since: string
}

export class LockedError extends Error {
  override readonly name = 'LockedError'
}

/**
 * Lets one runbook run at a time on a journal.
 * @throws LockedError that says who has it and since when
 */
export function lock(journalFolder: string, runbook: string): () => void {
  mkdirSync(journalFolder, { recursive: true })
  const path = join(journalFolder, 'lock.json')
  const mine: LockHolder = { runbook, host: hostname(), pid: process.pid, since: new Date().toISOString() }
  const candidate = `${path}.${process.pid}`
  writeFileSync(candidate, JSON.stringify(mine))
  try {
    linkSync(candidate, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw new LockedError(readLock(journalFolder)?.explanation ?? 'another run has just ended: try again')
  } finally {
    rmSync(candidate, { force: true })
  }
  return () => rmSync(path, { force: true })
}

export interface StandingLock {
  holder: LockHolder
  /** False when its process is known to be gone. */
  alive: boolean
  /** Who has it, since when, and what to do. */
  explanation: string
}

/** The lock that stands on a journal; undefined when there is none. */
export function readLock(journalFolder: string): StandingLock | undefined {
  let holder: LockHolder
  try {
    holder = JSON.parse(readFileSync(join(journalFolder, 'lock.json'), 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  const who = `«${holder.runbook}» runs since ${holder.since} on ${holder.host}, process ${holder.pid}`
  const alive = holder.host !== hostname() || lives(holder.pid)
  return {
    holder,
    alive,
    explanation: alive
      ? `${who}: wait until it has ended`
      : `${who}, but that process is gone: its lock is stale. «npm run runbook -- resume» settles what it left and removes it`,
  }
}

export const removeLock = (journalFolder: string): void =>
  rmSync(join(journalFolder, 'lock.json'), { force: true })

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
