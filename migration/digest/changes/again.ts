/** Sessions that compare changed rows beside those that act. */
import type pg from 'pg'
import { closeSession } from '../../postgres/session.ts'
import { connect } from '../session.ts'
import type { Clients, Connection } from '../types.ts'

/** Their name on a server: whoever takes over from a run that sleeps ends them, with their transactions. */
export const verifyingAgain = 'payments-lift verify again'

/** One on each side. @throws CannotCompareError when a side cannot be reached */
export async function connectAgain(
  source: Connection,
  target: Connection,
): Promise<Clients & { end(): Promise<void> }> {
  const opened = await Promise.allSettled([
    connect('source', named(source)),
    connect('target', named(target)),
  ])
  const clients = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  const end = async () => {
    await Promise.allSettled(clients.map(closeSession))
  }
  const failed = opened.find((one) => one.status === 'rejected')
  if (failed) {
    await end()
    throw failed.reason
  }
  const [ofSource, ofTarget] = clients as [pg.Client, pg.Client]
  return { source: ofSource, target: ofTarget, end }
}

const named = (connection: Connection) => ({
  ...(typeof connection === 'string' ? { connectionString: connection } : connection),
  application_name: verifyingAgain,
})
