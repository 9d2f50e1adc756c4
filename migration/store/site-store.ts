import type { Site } from '../site.ts'
import { fileStore } from './files.ts'
import type { Store } from './store.ts'

/** Where the people of a site leave each other word. */
export const storeOf = (site: Site): Store => fileStore(site.journal)
