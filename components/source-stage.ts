import type { Settings } from '../settings.ts'

/** Is the source about to be left, or left for good? What hangs on it is then unprotected, or gone. */
export const sourceStage = ({ phase, removal }: Pick<Settings, 'phase' | 'removal'>) => ({
  leaving: phase === 'decommission',
  removed: phase === 'decommission' && removal === 'remove',
})
