import test from 'ava'
import { slotMend } from '../../../migration/preflight/lost-slot.ts'

const link = { name: 'lift_pay_e0', status: 'lost' }

test('what is said of a slot that loses its WAL throws away neither a copy nor a way back that is still there', (t) => {
  t.regex(
    slotMend({ ...link, status: 'unreserved' }, 'source', true),
    /^raise max_slot_wal_keep_size and reload/,
  )
  t.regex(slotMend({ ...link, name: 'lift_pay_e0_track' }, 'source', true), /resume/)
  t.regex(slotMend(link, 'target', false), /resume/)
  t.regex(slotMend(link, 'source', true), /undo-replicate, then replicate/)
  t.regex(slotMend(link, 'target', true), /it was the way back(.*)empty nothing/)
  t.regex(slotMend({ ...link, name: 'debezium' }, 'source', true), /by its owner/)
})
