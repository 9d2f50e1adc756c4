import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readRun, runNames } from '../../migration/journal/runs.ts'
import { readSite } from '../../migration/site.ts'
import { recordStore } from '../../migration/store/open.ts'

/**
 * Is what others see in the bucket what the runner wrote down? Every run's journal, and a decision for each switchover.
 * @param journal folder of the journals on this machine
 * @returns what is wrong; undefined when all agrees
 */
export async function bucketProblem(
  siteFile: string,
  journal: string,
  switchovers: number,
): Promise<string | undefined> {
  const records = recordStore(readSite(siteFile))
  for (const run of await runNames(records)) {
    const shared = await readRun(records, run)
    if (shared?.broken) return `${records.place}/runs/${run}: ${shared.broken.why}`
    if (shared?.text !== readFileSync(join(journal, 'runs', `${run}.jsonl`), 'utf8'))
      return `${records.place}/runs/${run} is not what the runner wrote`
  }
  const decisions = (await records.list('decisions/')).filter((key) => key.endsWith('.json'))
  if (decisions.length === switchovers) return undefined
  return `${records.place} has ${decisions.length} decisions for ${switchovers} switchovers`
}
