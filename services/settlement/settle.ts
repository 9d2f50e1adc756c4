import { setTimeout as delay } from 'node:timers/promises'
import type { Arrived, Result, SettlementBuckets } from './files.ts'
import type { Entry } from './format.ts'
import type { SettlementLedger } from './ledger.ts'
import { type Checked, Rejection, readSettlement } from './read.ts'

/** Records of one transaction: some tens of ms each, so that a write pause never waits for one. */
const batch = 500
/** Left for the results when time runs out. */
const reserveMs = 10_000
/** Up to so long between two tries to be the one that posts; a batch takes some tens of ms. */
const turnMs = 100

/** The time of one invocation is over before the file's end; the next one goes on from there. */
export class OutOfTimeError extends Error {
  override readonly name = 'OutOfTimeError'
}

export interface SettleOptions {
  buckets: SettlementBuckets
  ledger: SettlementLedger
  /** What is left of the invocation. */
  remainingMs(): number
}

export interface Settled {
  result: Result
  /** False: the destination has the result of a later version of the file, and keeps it. */
  current: boolean
}

/**
 * Checks a whole file first and posts it then, in batches that know how far the file is done: delivered again, twice
 * at once, or after a crash, it goes on where it was left, and posts nothing twice. Never throws for a bad file: that it
 * is refused, and why, is the result.
 */
export async function settle(
  arrived: Arrived,
  { buckets, ledger, remainingMs }: SettleOptions,
): Promise<Settled> {
  const result = await judged(arrived, async () => {
    const checked = await readSettlement(await buckets.read(arrived))
    const { header, content, records } = checked
    const opened = await ledger.open(header.file, content, records)
    if (!opened.same) {
      const reason = `the file id ${header.file} was used for another file; the network gives each file its own`
      throw new Rejection([{ line: 1, reason }])
    }
    if (opened.posted < records) await post(checked, opened.posted)
    return checked
  })
  const current = await buckets.writeResult(result, arrived.sequencer)
  if (current && result.state === 'posted' && result.refused > 0)
    await buckets.writeRefused(result.key, ledger.refused(result.file))
  return { result, current }

  async function post({ header, records }: Checked, begun: number): Promise<void> {
    let [seen, done] = [0, begun]
    await readSettlement(await buckets.read(arrived), {
      batch,
      async entries(entries) {
        const open = entries.slice(Math.max(0, done - seen))
        seen += entries.length
        if (open.length === 0) return
        done = await postInTurn(open)
      },
    })

    /** Waits here and not in the database: what waits there is in a transaction, and holds up a pause. */
    async function postInTurn(entries: Entry[]): Promise<number> {
      for (;;) {
        if (remainingMs() < reserveMs)
          throw new OutOfTimeError(
            `${header.file}: ${done} of ${records} records posted, more in the next invocation`,
          )
        const now = await ledger.post(header.file, done, entries)
        if (now !== undefined) return now
        await delay(turnMs * Math.random()) // so that two do not always meet
      }
    }
  }

  async function judged({ key, version }: Arrived, work: () => Promise<Checked>): Promise<Result> {
    try {
      const { header, records, sum, content } = await work()
      const refused = await ledger.countRefused(header.file)
      const counts = { records, sum: String(sum), settled: records - refused, refused }
      return { key, version, state: 'posted', ...header, ...counts, content }
    } catch (error) {
      if (!(error instanceof Rejection)) throw error
      return { key, version, state: 'rejected', problems: error.problems }
    }
  }
}
