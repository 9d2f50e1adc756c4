import { type Context, contextOf } from '../components/context.ts'
import type { Keys } from '../components/keys.ts'
import type { Settings } from '../settings.ts'

/** What the arguments of every component are made from. */
export interface Base {
  settings: Settings
  context: Context
  keys: Keys
  /** Is the source about to be left, or left for good? What hangs on it is then unprotected, or gone. */
  source: { leaving: boolean; removed: boolean }
}

export const baseOf = (settings: Settings, keys: Keys): Base => ({
  settings,
  context: contextOf(settings),
  keys,
  source: {
    leaving: settings.phase === 'decommission',
    removed: settings.phase === 'decommission' && settings.removal === 'remove',
  },
})
