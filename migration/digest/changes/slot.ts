/** The replication slot that keeps a source's changes until they were compared. */
import pg from 'pg'
import { cannotCompare } from '../errors.ts'
import { connect, rows } from '../session.ts'
import type { Connection } from '../types.ts'
import { formatLsn, parseLsn } from './lsn.ts'

const slotTimeoutMs = 60_000

interface Slot {
  source: Connection
  slot: string
}

/** Makes the slot unless there is one. @returns the position from which on it holds every change */
export async function ensureSlot({ source, slot }: Slot): Promise<string> {
  const client = await connect('source', source)
  try {
    const known = await rows(
      client,
      'SELECT confirmed_flush_lsn FROM pg_catalog.pg_replication_slots WHERE slot_name = $1',
      [slot],
    )
    if (known[0]?.[0]) return formatLsn(parseLsn(known[0][0]))
    // It waits for every transaction that is open in the cluster.
    await client.query(`SET statement_timeout = '${slotTimeoutMs}'`)
    const [[made]] = (await rows(
      client,
      `SELECT lsn FROM pg_catalog.pg_create_logical_replication_slot($1, 'pgoutput')`,
      [slot],
    )) as [[string]]
    return made
  } catch (error) {
    throw cannotCompare('source', `making the slot ${slot}`, error)
  } finally {
    await client.end()
  }
}

export async function dropSlot({ source, slot }: Slot): Promise<void> {
  const client = await connect('source', source)
  try {
    // The walsender may need a moment to let go of the slot.
    await client.query(
      `DO $$ BEGIN
        FOR attempt IN 1..200 LOOP
          BEGIN
            PERFORM pg_catalog.pg_drop_replication_slot(slot_name) FROM pg_catalog.pg_replication_slots
              WHERE slot_name = ${pg.escapeLiteral(slot)};
            RETURN;
          EXCEPTION WHEN object_in_use THEN PERFORM pg_catalog.pg_sleep(0.01);
          END;
        END LOOP;
        RAISE EXCEPTION 'replication slot is still in use';
      END $$`,
    )
  } catch (error) {
    throw cannotCompare(
      'source',
      `dropping the slot ${slot}; drop it by hand, or it holds WAL for ever`,
      error,
    )
  } finally {
    await client.end()
  }
}
