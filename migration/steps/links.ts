import pg from 'pg'
import { otherSide } from '../database.ts'
import { subscriptions } from '../replication.ts'
import { demand, type Step } from './step.ts'

/** Subscriptions keep the connection string they were made with: after a rotation it is the old password. */
export const renewLinks: Step = {
  name: 'renew-links',
  summary: 'Give every subscription the connection string of the site',
  expectedMs: 1000,
  async check({ lift, say }) {
    for (const side of ['source', 'target'] as const) {
      for (const { name } of await subscriptions(lift[side].client)) {
        const other = lift[otherSide(side)].replicationUrl
        const client = new pg.Client({ connectionString: other, connectionTimeoutMillis: 3000 })
        client.on('error', () => {})
        try {
          await client.connect()
        } catch (error) {
          demand(
            false,
            `the ${otherSide(side)} database refuses the login for ${name}: ${(error as Error).message}; put the new password into replicationUrl of the site`,
          )
        } finally {
          await client.end().catch(() => {})
        }
        say(`${name} on the ${side}: the site's login is accepted`)
      }
    }
  },
  async act({ lift }) {
    for (const side of ['source', 'target'] as const) {
      const { client } = lift[side]
      for (const { name } of await subscriptions(client)) {
        const conninfo = pg.escapeLiteral(lift[otherSide(side)].replicationUrl)
        await client.query(`alter subscription ${name} connection ${conninfo}`)
      }
    }
  },
}
