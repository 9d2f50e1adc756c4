import type { ClientBase } from 'pg'
import { freshlyOpened, otherSide } from '../../migration/database.ts'
import type { Decision } from '../../migration/decision/decision.ts'
import { drain, writeNonce } from '../../migration/drain.ts'
import { readFenceRow } from '../../migration/epoch.ts'
import { createGate } from '../../migration/gate/create.ts'
import type { Side } from '../../migration/gate/gate.ts'
import { userSequences } from '../../migration/postgres/catalog.ts'
import { subscriptions } from '../../migration/replication.ts'
import { differingSequences, readSequences } from '../../migration/sequences.ts'
import { readSite, type Site } from '../../migration/site.ts'
import { deskStore, recordStore } from '../../migration/store/open.ts'
import { mailbox } from '../../migration/watchdog/mailbox.ts'

export interface Condition {
  /** The one side that accepts writes; undefined when it is not exactly one. */
  record: Side | undefined
  /** What is not as it must be once a switchover is over, a sentence each. */
  problems: string[]
}

const sides = ['source', 'target'] as const

/** Whether everything is as it must be between two switchovers, from the places where it is true. */
export async function condition(siteFile: string): Promise<Condition> {
  const site = readSite(siteFile)
  const problems: string[] = []
  const say = (condition: unknown, problem: string) => condition || problems.push(problem)
  const fences = await both(site, ({ client }) => readFenceRow(client))
  const open = sides.filter((side) => fences[side].state === 'open')
  const record = open.length === 1 ? open[0] : undefined
  say(record, `${open.length} databases accept writes`)
  const { source, target } = fences
  say(
    source.token === target.token && (source.token === 0 || source.token % 2 === 1),
    `the last switchover is not settled: tokens ${source.token} and ${target.token}`,
  )
  for (const { epoch } of await mailbox(deskStore(site)).armings())
    say(false, `epoch ${epoch} is still guarded`)
  if (!record) return { record, problems }

  const gate = createGate(site)
  for (const [at, { state, route }] of (await gate.state()).entries())
    say(state === 'open' && route === record, `gate ${at + 1} is ${state} towards the ${route}`)
  await gate.close()
  const found = await both(site, ({ client }) => remains(client))
  const links = found[otherSide(record)].links
  say(links.length === 1 && links[0]?.enabled, `links that end on the fenced side: ${JSON.stringify(links)}`)
  say(
    found[record].links.length === 0,
    `links that end on the system of record: ${JSON.stringify(found[record].links)}`,
  )
  const wanted = links.map(({ slot }) => slot).join()
  say(
    found[record].slots.join() === wanted,
    `slots on the system of record: ${found[record].slots} instead of ${wanted}`,
  )
  say(
    found[otherSide(record)].slots.length === 0,
    `slots on the fenced side: ${found[otherSide(record)].slots}`,
  )
  for (const side of sides) say(found[side].freezes === 0, `the schema of the ${side} is still frozen`)
  problems.push(...(await notFollowing(site, record, links[0]?.slot ?? '')))
  return { record, problems }
}

async function remains(client: ClientBase) {
  const slots = await client.query(
    `select slot_name as name from pg_replication_slots where database = current_database() and not temporary
     and slot_name not like 'pg\\_%' order by 1`,
  )
  const freezes = await client.query(`select from pg_event_trigger where evtname like 'lift%'`)
  return {
    links: await subscriptions(client),
    slots: slots.rows.map(({ name }) => name as string),
    freezes: freezes.rowCount ?? 0,
  }
}

/** A write on the system of record arrives on the other side, and sequences that nobody calls are alike. */
async function notFollowing(site: Site, record: Side, slot: string): Promise<string[]> {
  const other = otherSide(record)
  return freshlyOpened(site, record, 'condition', (from) =>
    freshlyOpened(site, other, 'condition', async (to) => {
      const nonce = await writeNonce(from.client, record, `condition ${Math.random()}`)
      await drain(from.client, to.client, slot, nonce, 10_000)
      const still = (await userSequences(from.client)).filter(({ name }) => name === 'never_called')
      return differingSequences(
        await readSequences(from.client, still),
        await readSequences(to.client, still),
      )
    }).catch((error: Error) => [error.message]),
  )
}

async function both<T>(
  site: Site,
  ask: (database: { client: ClientBase }) => Promise<T>,
): Promise<Record<Side, T>> {
  const [source, target] = await Promise.all(sides.map((side) => freshlyOpened(site, side, 'condition', ask)))
  return { source, target } as Record<Side, T>
}

/** Every decision record of a site, in the order of their epochs. */
export async function decisionsOf(site: Site): Promise<Decision[]> {
  const store = recordStore(site)
  const keys = (await store.list('decisions/epoch-')).filter((key) => /epoch-\d+\.json$/.test(key))
  const texts = await Promise.all(keys.map((key) => store.read(key)))
  return texts.map((text) => JSON.parse(text ?? '') as Decision).sort((a, b) => a.epoch - b.epoch)
}
