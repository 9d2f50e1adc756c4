import { copyFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { otherSide } from '../../migration/database.ts'
import { database } from '../world/databases.ts'
import type { PauseFault, Scene } from './scene.ts'
import type { Stage } from './stage.ts'

/** Faults that come in the pause, each in turn; `during` runs while the runner is held at `at`. */
export const pauseFaults: PauseFault[] = [
  ...(['from', 'to'] as const).flatMap((which): PauseFault[] =>
    (['after fence', 'after decide'] as const).map((at) => ({
      name: `${which === 'from' ? 'old' : 'new'} server stopped and started ${at}`,
      at,
      async during({ from, stage }) {
        const server = stage.world.databases[which === 'from' ? from : otherSide(from)]
        await server.stop('immediate')
        await server.start()
      },
      verdict: at === 'after fence' ? 'either' : 'forward',
    })),
  ),
  {
    name: 'replication connection cut',
    at: 'after fence',
    during: ({ from, stage }) =>
      stage.sql(from, `select pg_terminate_backend(pid) from pg_stat_replication`).then(() => {}),
    verdict: 'either',
  },
  {
    name: 'replication connection cut for good',
    at: 'after pause',
    async during({ from, stage }) {
      await stage.sql(from, 'alter role lift_replication nologin')
      await stage.sql(
        from,
        `select pg_terminate_backend(pid) from pg_stat_replication where usename = 'lift_replication'`,
      )
    },
    after: ({ from, stage }) => stage.sql(from, 'alter role lift_replication login').then(() => {}),
    verdict: 'back',
  },
  ...(['after pause', 'after decide'] as const).map(
    (at): PauseFault => ({
      name: `PgBouncer restarted ${at}`,
      ofPooler: true,
      at,
      async during({ stage }) {
        for (const pooler of stage.world.services.poolers) await pooler.restart()
      },
      verdict: 'either',
    }),
  ),
  {
    name: 'a transaction through the gate that does not end',
    ofPooler: true,
    at: 'before pause',
    during: (scene) => openTransaction(scene, scene.stage.world.services.poolers[0]?.appUrl ?? ''),
    verdict: 'back',
    says: /a transaction was still open after 1000 ms/,
  },
  {
    name: 'a transaction past the gate that does not end',
    at: 'after pause',
    during: (scene) =>
      openTransaction(scene, scene.stage.world.databases[scene.from].url(database), 'insert'),
    verdict: 'back',
    says: /lock timeout/,
  },
  {
    name: 'a transaction left open on the new side, with a lock',
    at: 'after decide',
    during: (scene) =>
      openTransaction(scene, scene.stage.world.databases[otherSide(scene.from)].url(database), 'lock'),
    verdict: 'forward',
  },
  {
    name: 'a transaction left open on the new side, with a snapshot',
    at: 'before pause',
    async during(scene) {
      const to = otherSide(scene.from)
      await openTransaction(scene, scene.stage.world.databases[to].url(database), 'snapshot')
      const { rows } = await scene.stage.sql(
        to,
        `select from pg_stat_activity where application_name = 'left open' and backend_xmin is not null`,
      )
      if (rows.length === 0) throw new Error('the transaction holds no snapshot')
    },
    verdict: 'forward',
  },
  ...(['after fence', 'before decide', 'after resume'] as const).map(
    (at): PauseFault => ({
      name: `sessions that write to the old side ${at}`,
      at,
      async during({ from, stage }) {
        const cron = `insert into outbox (payment_id, event, payload) values ('cron', 'stray', '{}')`
        const refused: string[] = []
        for (const text of [
          cron,
          `set default_transaction_read_only = off; ${cron}`,
          'truncate outbox cascade',
        ])
          await stage.sql(from, text).catch(({ code }) => refused.push(code))
        if (refused.join() !== 'LF001,LF001,LF001')
          throw new Error(`the fence did not refuse what a superuser wrote: ${refused}`)
      },
      verdict: 'forward',
    }),
  ),
  {
    name: 'a superuser who goes round the fence',
    at: 'before decide',
    async during({ from, stage }) {
      await stage.sql(
        from,
        `set session_replication_role = replica;
         insert into idempotency_keys (key, request_hash, http_status, answer) values ('stray-' || random(), '', 200, '')`,
      )
    },
    verdict: 'back',
    says: /somebody wrote behind the fence, to public\.idempotency_keys/,
  },
  {
    name: 'an ini that PgBouncer rejects',
    ofPooler: true,
    at: 'after decide',
    async during({ stage }) {
      const ini = stage.world.services.poolers[1]?.ini ?? ''
      copyFileSync(ini, `${ini}.good`)
      writeFileSync(ini, readFileSync(ini, 'utf8').replace('[databases]', '[databases]\nthis is no entry'))
    },
    async meanwhile({ stage }) {
      const ini = stage.world.services.poolers[1]?.ini ?? ''
      await stage.flowing('one pooler lets writes through while the other rejects its ini')
      writeFileSync(ini, readFileSync(ini, 'utf8').replace('\nthis is no entry', ''))
    },
    verdict: 'forward',
  },
  {
    name: 'the decision store out of reach',
    at: 'before decide',
    async during({ stage }) {
      const folder = join(stage.world.journal, 'decisions')
      renameSync(folder, `${folder}.away`)
      writeFileSync(folder, 'a store that cannot be reached')
    },
    async meanwhile({ from, stage }) {
      await nobodyOpens(stage, from)
      const folder = join(stage.world.journal, 'decisions')
      renameSync(folder, `${folder}.file`)
      renameSync(`${folder}.away`, folder)
    },
    verdict: 'back',
  },
]

/** The same of a team, whose journal, decisions and evidence are in S3; for a stage in AWS. */
export const bucketFaults: PauseFault[] = [
  {
    name: 'the evidence bucket out of reach at the decision',
    at: 'before decide',
    async during({ stage }) {
      stage.world.cloud?.cutEvidence(true)
    },
    async meanwhile({ from, stage }) {
      await nobodyOpens(stage, from)
      stage.world.cloud?.cutEvidence(false)
    },
    verdict: 'back',
  },
]

/** Past the deadline, and longer: nobody opens anything on a guess. */
async function nobodyOpens(stage: Stage, from: Scene['from']): Promise<void> {
  await delay(stage.deadlineMs + 2000)
  for (const side of [from, otherSide(from)]) {
    const { rows } = await stage.sql(side, 'select state from lift.fence')
    if (rows[0].state !== 'fenced')
      throw new Error(`the ${side} was opened though nobody could read the decision`)
  }
}

/** A session that begins a transaction and leaves it so until the scene is over. */
async function openTransaction(
  scene: Scene,
  url: string,
  holding?: 'insert' | 'lock' | 'snapshot',
): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: 'left open' })
  client.on('error', () => {})
  await client.connect()
  scene.cleanUp(() => client.end().catch(() => {}))
  await client.query(holding === 'snapshot' ? 'begin isolation level repeatable read' : 'begin')
  await client.query('select count(*) from outbox')
  if (holding === 'insert')
    await client.query(`insert into outbox (payment_id, event, payload) values ('stray', 'stray', '{}')`)
  if (holding === 'lock') await client.query('lock table payments in share row exclusive mode')
}
