import type { Lift } from '../lift.ts'
import { dropSlot, dropSubscription, subscriptions } from '../replication.ts'
import { systemOfRecord } from '../switchover/record.ts'
import { demand, type Step } from './step.ts'

/** The point of no return: what is written in AWS no longer reaches on-premises. */
export const removeWayBack: Step = {
  name: 'remove-way-back',
  summary: 'Remove the link back to on-premises',
  expectedMs: 500,
  async check({ lift }) {
    demand(
      (await systemOfRecord(lift)) === 'target',
      'the source is still the system of record: cut over first',
    )
    const gates = await lift.gate.state()
    const astray = gates.filter((gate) => gate.route !== 'target' || gate.state !== 'open')
    demand(
      astray.length === 0,
      `${astray.length} of ${gates.length} gates do not send requests to the target`,
    )
  },
  async act({ lift }) {
    for (const link of await subscriptions(lift.source.client)) {
      await dropSubscription(lift.source.client, link.name)
      await dropSlot(lift.target.client, link.name)
    }
    // A run that died between the two has left the slot alone.
    for (const slot of await slotsLeft(lift)) await dropSlot(lift.target.client, slot)
  },
  async verify({ lift }) {
    const left = await slotsLeft(lift)
    demand(
      left.length === 0,
      `slots are left on the target and hold WAL: ${left.join(', ')}; pg_drop_replication_slot each`,
    )
  },
}

async function slotsLeft({ target }: Lift): Promise<string[]> {
  const { rows } = await target.client.query(
    `select slot_name as name from pg_catalog.pg_replication_slots where slot_name ~ '^lift_.*_e[0-9]+$' and database = current_database()`,
  )
  return rows.map(({ name }) => name)
}
