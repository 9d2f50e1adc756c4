import type { Site } from '../site.ts'
import { fileStore } from './files.ts'
import type { Store } from './store.ts'

/** Records that stand for ever: decisions, approvals, the journals of the runs. Nobody removes one. */
export const recordStore = (site: Site): Store => fileStore(site.journal)

/** Word that passes: the lock, what the watchdog guards, its sign of life. */
export const deskStore = (site: Site): Store => fileStore(site.journal)
