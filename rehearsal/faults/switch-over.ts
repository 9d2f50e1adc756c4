import { otherSide } from '../../migration/database.ts'
import type { Side } from '../../migration/gate/gate.ts'
import { startRunner } from './runner.ts'
import type { Stage } from './stage.ts'

export const runbookFrom = (side: Side): string => (side === 'source' ? 'cutover' : 'rollback')

/** Switches over without a fault. */
export async function switchOver(stage: Stage): Promise<void> {
  const from = await stage.sound()
  const { code, output } = await startRunner({ ...stage.world, runbook: runbookFrom(from) }).ended
  if (code !== 0 || (await stage.sound()) !== otherSide(from))
    throw new Error(`a switchover without a fault failed:\n${output}`)
}
