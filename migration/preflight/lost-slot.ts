import type { Side } from '../gate/gate.ts'

/** What to do about a slot of the lift on the system of record that cannot be read any more. */
export const afterLostSlot = (record: Side): string =>
  record === 'source'
    ? 'the copy has lost its place: run undo-replicate, then replicate again'
    : 'it was the way back, and no runbook makes it anew: empty nothing; tell the owner of the payments system that there is no rollback'

/** The same for any slot that is about to lose its WAL, or has lost it. */
export function slotMend(slot: { name: string; status: string }, side: Side, isRecord: boolean): string {
  if (slot.status === 'unreserved')
    return 'raise max_slot_wal_keep_size and reload now: its WAL goes at the next checkpoint'
  if (!slot.name.startsWith('lift_'))
    return 'what it fed must be copied anew by its owner, and the slot dropped'
  if (slot.name.endsWith('_track') || !isRecord)
    return 'a run that died left it: npm run runbook -- resume (--site FILE | --stack NAME) --execute takes it away'
  return afterLostSlot(side)
}
