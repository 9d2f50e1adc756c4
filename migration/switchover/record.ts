import { type Database, otherSide } from '../database.ts'
import { readFenceRow } from '../epoch.ts'
import type { Side } from '../gate/gate.ts'
import { runNames } from '../journal/runs.ts'
import type { Lift } from '../lift.ts'
import { recordStore } from '../store/open.ts'

/** What to do when both fences are open: nobody but a person knows which rows are true. */
export const bothOpenMend =
  'stop the applications of both sides now, change nothing else, run no resume, and call the people who know the data: they say which side stays (runbook payments-stopped)'

/** The side that accepts writes now: the one whose fence is open. */
export async function systemOfRecord(lift: Lift): Promise<Side> {
  const open: Side[] = []
  for (const side of ['source', 'target'] as const) if (await isOpen(lift[side])) open.push(side)
  if (open.length === 1) return open[0] as Side
  throw new Error(
    open.length === 0
      ? 'neither database accepts writes: a switchover was left unsettled; run «resume»'
      : `both databases accept writes: ${bothOpenMend}`,
  )
}

/**
 * The same when a database cannot be asked: what the other one says, or else the decisions, of which each `forward`
 * moved the record to the other side, the first from the source to the target.
 * @throws Error when the source refuses writes, or when nothing shows that this is the lift's own journal
 */
export async function recordWithout(lift: Lift): Promise<{ side: Side; because: string }> {
  const { decisions } = lift
  const [source, target] = await Promise.all([lift.source, lift.target].map(openIfAnswers))
  if (source !== undefined && target !== undefined)
    return { side: await systemOfRecord(lift), because: 'its fence is open' }
  if (source) return { side: 'source', because: 'its fence is open' }
  if (target) return { side: 'target', because: 'its fence is open' }
  if (source === false)
    throw new Error(
      'the source is fenced and refuses every write: nothing may be sent there; look at «status»',
    )
  const runs = await runNames(recordStore(lift.site))
  if (!runs.some((name) => /-(replicate|shift-traffic|cutover)$/.test(name)))
    throw new Error(
      `no database that accepts writes answers, and the journal at ${lift.site.journal} knows no run of this lift: it may be another one's, and nobody can tell from here whether a cutover has happened`,
    )
  let [side, epoch]: [Side, number] = ['source', 0]
  for (let next = 1; next <= (await decisions.latestEpoch()); next++) {
    if ((await decisions.read(next))?.verdict !== 'forward') continue
    side = otherSide(side)
    epoch = next
  }
  return {
    side,
    because: epoch ? `the last decision to move it is of epoch ${epoch}` : 'no decision ever moved it',
  }
}

/** Undefined where it does not answer. */
const openIfAnswers = (database: Database): Promise<boolean | undefined> =>
  isOpen(database).catch(() => undefined)

const isOpen = async ({ client }: Database): Promise<boolean> => (await readFenceRow(client)).state === 'open'
