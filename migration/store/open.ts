import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Site } from '../site.ts'
import { fileStore } from './files.ts'
import { parseS3Place } from './place.ts'
import { s3Store } from './s3.ts'
import type { Store } from './store.ts'

type Places = Pick<Site, 'journal' | 'desk' | 'journalKeyArn'>

const storeAt = (place: string, { journalKeyArn }: Places): Store =>
  place.startsWith('s3:') ? s3Store(place, { kmsKeyArn: journalKeyArn }) : fileStore(place)

/** Records that stand for ever: decisions, approvals, the journals of the runs. Nobody removes one. */
export const recordStore = (site: Places): Store => storeAt(site.journal, site)

/** Word that passes: the lock, what the watchdog guards, its sign of life. */
export const deskStore = (site: Places): Store => storeAt(site.desk ?? site.journal, site)

/**
 * Where this machine writes a run down before each act: the journal's folder, or, when the journal is in S3, one of the
 * user's own (`$XDG_STATE_HOME`, usually ~/.local/state), from where entries go to S3.
 */
export function localJournal(site: Places): string {
  if (!site.journal.startsWith('s3:')) return site.journal
  const { Bucket, prefix } = parseS3Place(site.journal)
  const state = process.env.XDG_STATE_HOME || join(homedir(), '.local', 'state')
  return join(state, 'payments-lift', Bucket, ...prefix.split('/').filter(Boolean))
}
