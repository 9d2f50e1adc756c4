import { setTimeout as delay } from 'node:timers/promises'
import { otherSide } from '../database.ts'
import { readFenceRow } from '../epoch.ts'
import { unfencedTables } from '../lift-schema.ts'
import { quoted } from '../postgres/catalog.ts'
import { publication, publicationProblems } from '../publication.ts'
import { lagBytes, linkName, subscriptions, uncarriedTables } from '../replication.ts'
import { compareSchemas, describeDifference } from '../schema/fingerprint.ts'
import { nextEpoch } from '../switchover/plan.ts'
import { bothOpenMend } from '../switchover/record.ts'
import {
  type Check,
  type CheckGroup,
  classes,
  found,
  objectName,
  onBoth,
  type PreflightContext,
} from './check.ts'
import { afterLostSlot } from './lost-slot.ts'

/** A check that makes sense only once the two databases are linked. */
export const linkedCheck = (check: Omit<Check, 'needsLink'>): Check => ({ ...check, needsLink: true })

/** The link that carries writes forward: the newest that ends in `to`, without the one the next run makes. */
async function forwardLink({ lift, to }: PreflightContext) {
  const next = linkName(lift.site, await nextEpoch(lift))
  return (await subscriptions(to.client)).filter((link) => link.name !== next).at(-1)
}

export const linked: CheckGroup = {
  title: 'The link and the fence',
  checks: [
    linkedCheck({
      name: 'system-of-record',
      why: 'a switchover leaves the side that accepts writes, and no other',
      async run({ lift, from }) {
        const rows = await Promise.all([readFenceRow(lift.source.client), readFenceRow(lift.target.client)])
        const open = (['source', 'target'] as const).filter((_side, at) => rows[at]?.state === 'open')
        if (open.length === 1 && open[0] === from.side) return []
        const what =
          open.length === 2
            ? 'both databases accept writes'
            : open.length === 0
              ? 'neither database accepts writes'
              : `the ${otherSide(from.side)} is the system of record already: this runbook leaves the ${from.side}`
        const mend = {
          0: 'a switchover was left unsettled: npm run runbook -- resume --site FILE --execute',
          1: 'run the runbook of the other direction',
          2: bothOpenMend,
        }[open.length as 0 | 1 | 2]
        return [{ what, where: 'both databases', mend }]
      },
    }),
    linkedCheck({
      name: 'settled',
      why: 'two switchovers at once would undo each other',
      async run({ lift, watchdog }) {
        const [armed] = await watchdog.armings()
        if (armed)
          return [
            {
              what: `the switchover of epoch ${armed.epoch} is not settled yet`,
              where: 'journal',
              mend: 'the watchdog does it; «status» shows it',
            },
          ]
        const [source, target] = await Promise.all([
          readFenceRow(lift.source.client),
          readFenceRow(lift.target.client),
        ])
        if (source.token === target.token && (source.token === 0 || source.token % 2 === 1)) return []
        return [
          {
            what: `the last switchover has not ended on both databases (tokens ${source.token} and ${target.token})`,
            where: 'both databases',
            mend: 'npm run runbook -- resume --site FILE --execute',
          },
        ]
      },
    }),
    linkedCheck({
      name: 'schema-agrees',
      why: 'a column, constraint or grant on one side only stops replication, or the application after the switchover',
      async run({ lift }) {
        const differences = await compareSchemas(lift.source.client, lift.target.client)
        return differences.map((difference) => ({
          what: describeDifference(difference),
          where: 'both databases',
          mend: 'make them alike; a change of the schema goes to both sides, the subscriber first',
        }))
      },
    }),
    linkedCheck({
      name: 'fence-covers',
      why: 'a table without the fence’s trigger stays open when the fence closes',
      run: (context) =>
        onBoth(context, async ({ client, side }) =>
          (await unfencedTables(client)).map((table) => ({
            what: 'the fence does not cover it',
            where: `${side}, ${quoted(table)}`,
            mend: 'run the replicate runbook again (install-fence)',
          })),
        ),
    }),
    linkedCheck({
      name: 'fence-state',
      why: 'a trigger of the fence that is off on the fenced side is a hole; one that is on stops the application',
      async run({ lift }) {
        const looks = [lift.source, lift.target].map(async (database) => {
          const { state } = await readFenceRow(database.client)
          return found(
            database,
            `select ${objectName} as object from pg_trigger t join ${classes} on c.oid = t.tgrelid
             where t.tgname = 'lift_fence' and t.tgenabled <> '${state === 'fenced' ? 'O' : 'D'}' order by 1`,
            () => ({
              what: `its trigger lift_fence is ${state === 'fenced' ? 'off, and the side is fenced' : 'on, and the side accepts writes'}`,
              mend: `alter table … ${state === 'fenced' ? 'enable' : 'disable'} trigger lift_fence, once you know who changed it`,
            }),
          )
        })
        return (await Promise.all(looks)).flat()
      },
    }),
    linkedCheck({
      name: 'publication',
      why: 'what is not published is left behind; what is filtered arrives half',
      async run({ from }) {
        const { missing, astray } = await publicationProblems(from.client, from.side)
        const left = missing.map((table) => ({
          what: 'it is not published',
          where: `${from.side}, ${quoted(table)}`,
          mend: 'run the replicate runbook again (subscribe-target)',
        }))
        const wrong = astray.map((what) => ({
          what,
          where: `${from.side}, publication ${publication}`,
          mend: 'drop the publication and run the replicate runbook again: it lists tables one by one, whole',
        }))
        return [...left, ...wrong]
      },
    }),
    linkedCheck({
      name: 'subscription-carries',
      why: 'a table made later is published and not followed: its slot reads drained, with nothing on the other side',
      async run(context) {
        const link = await forwardLink(context)
        if (!link) return [noLink(context)]
        const tables = await uncarriedTables(context.from.client, context.to.client, link.name)
        return tables.map((table) => ({
          what: `replication does not carry it (subscription ${link.name})`,
          where: `${context.from.side}, ${quoted(table)}`,
          mend: `run the replicate runbook again, or ALTER SUBSCRIPTION ${link.name} REFRESH PUBLICATION on the ${context.to.side}`,
        }))
      },
    }),
    linkedCheck({
      name: 'link-works',
      why: 'a subscription that fails is started again and again, and looks alive',
      async run(context) {
        const { from, to } = context
        const link = await forwardLink(context)
        if (!link) return [noLink(context)]
        const where = `${to.side}, subscription ${link.name}`
        if (!link.enabled)
          return [{ what: 'it is disabled', where, mend: `alter subscription ${link.name} enable` }]
        const deadline = performance.now() + context.patienceMs
        for (;;) {
          const { rows } = await from.client.query(
            'select active from pg_replication_slots where slot_name = $1',
            [link.slot ?? link.name],
          )
          if (!rows[0])
            return [
              {
                what: `its slot is gone from the ${from.side}`,
                where,
                mend: afterLostSlot(from.side),
              },
            ]
          if (rows[0].active) return []
          if (performance.now() > deadline)
            return [
              {
                what: 'no worker reads its slot: it fails and is started again',
                where,
                mend: 'the server log names the table and the reason; runbook: replication-stalled',
              },
            ]
          await delay(50)
        }
      },
    }),
    linkedCheck({
      name: 'lag',
      why: 'the pause is as long as what is still on its way',
      async run(context) {
        const link = await forwardLink(context)
        if (!link) return [noLink(context)]
        const { lagBytes: limit } = context.lift.site.limits
        const deadline = performance.now() + context.patienceMs
        for (;;) {
          const lag = await lagBytes(context.from.client, link.slot ?? link.name)
          if (lag !== undefined && lag <= limit) return []
          if (performance.now() > deadline)
            return [
              {
                what:
                  lag === undefined
                    ? 'its slot is gone'
                    : `replication lags ${lag} bytes, over the limit of ${limit} (limits.lagBytes)`,
                where: `${context.from.side}, slot ${link.slot ?? link.name}`,
                mend: 'runbook: replication-stalled',
              },
            ]
          await delay(100)
        }
      },
    }),
  ],
}

const noLink = ({ from, to }: PreflightContext) => ({
  what: `nothing replicates from the ${from.side} to the ${to.side}`,
  where: to.side,
  mend: 'run the replicate runbook first',
})
