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
 * @param takeOver removes a lock that stands; only after people have agreed that its run is dead
 * @throws LockedError that says who has it and since when
 */
export function lock(journalFolder: string, runbook: string, takeOver: boolean): () => void {
  mkdirSync(journalFolder, { recursive: true })
  const path = join(journalFolder, 'lock.json')
  const mine: LockHolder = { runbook, host: hostname(), pid: process.pid, since: new Date().toISOString() }
  const candidate = `${path}.${process.pid}`
  writeFileSync(candidate, JSON.stringify(mine))
  try {
    if (takeOver) rmSync(path, { force: true })
    linkSync(candidate, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw new LockedError(explain(JSON.parse(readFileSync(path, 'utf8')) as LockHolder))
  } finally {
    rmSync(candidate, { force: true })
  }
  return () => rmSync(path, { force: true })
}

function explain(holder: LockHolder): string {
  const who = `«${holder.runbook}» runs since ${holder.since} on ${holder.host}, process ${holder.pid}`
  if (holder.host !== hostname() || alive(holder.pid)) return `${who}: wait until it has ended`
  return `${who}, but that process is gone: its lock is stale. Run «resume», which settles what it left and takes the lock over`
}

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
