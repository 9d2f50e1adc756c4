/** Makes random tables on both sides, damages some, and compares what `verifyAll` says with the oracle. */

import {
  keysToLookAtAgain,
  planTables,
  type TableResult,
  verifyAll,
  verifyKeys,
} from '../../../migration/digest/index.ts'
import type { Recipe } from '../../../migration/digest/plan/hash.ts'
import type { Databases } from './databases.ts'
import { type Opinion, opinion, prepareOracle } from './oracle.ts'
import { Random } from './random.ts'
import {
  type Damage,
  damageSql,
  damages,
  type RandomColumn,
  type RandomTable,
  randomTable,
} from './random-tables.ts'
import { randomTypes, typeDefinitions } from './random-types.ts'

export interface Outcome {
  seed: number
  tables: number
  /** Damages that changed something, by kind. */
  effective: Partial<Record<Damage, number>>
  /** Types that were damaged. */
  types: Set<string>
  /** What `verifyAll` said where it does not agree with the oracle. */
  mistakes: { key: string[]; columns: string[]; damage: Damage | undefined; said: Opinion; truth: Opinion }[]
}

/** Makes the text of the two databases look different: order, time zone, dates, numbers. */
export async function makeUnlike({ name, onSource, onTarget }: Databases): Promise<void> {
  const alter = (settings: Record<string, string>) =>
    Object.entries(settings)
      .map(([setting, value]) => `ALTER DATABASE ${name} SET ${setting} = '${value}';`)
      .join(' ')
  await onSource(
    alter({
      timezone: 'Asia/Kathmandu',
      datestyle: 'German',
      bytea_output: 'escape',
      extra_float_digits: '-3',
    }),
  )
  await onTarget(
    alter({
      timezone: 'America/St_Johns',
      datestyle: 'SQL, DMY',
      intervalstyle: 'sql_standard',
      search_path: '',
    }),
  )
}

/** @param wanted damages that take effect; none compares equal tables */
export async function compareRandomTables(
  d: Databases,
  { seed, tables: count, wanted, recipe }: { seed: number; tables: number; wanted: number; recipe?: Recipe },
): Promise<Outcome> {
  const r = new Random(seed)
  await d.both(typeDefinitions)
  await prepareOracle(d)
  const made: { table: RandomTable; damage: Damage | undefined }[] = []
  const outcome: Outcome = { seed, tables: 0, effective: {}, types: new Set(), mistakes: [] }
  const truths = new Map<string, Opinion>()
  for (let n = 0, effective = 0; made.length < count || effective < wanted; n++) {
    const table = randomTable(`t${n}`, r, randomTypes[n % randomTypes.length])
    await Promise.all([d.onSource(table.create.source), d.onTarget(table.create.target)])
    const damage = wanted > 0 ? damages[n % damages.length] : undefined
    if (damage) {
      const sql = damageSql(damage, table, r)
      if (sql.both) await d.both(sql.both)
      await d.onTarget(sql.target).catch(() => {})
    }
    const truth = await opinion(d, table)
    if (damage && truth.missing.length + truth.extra.length + truth.differing.length > 0) {
      effective++
      outcome.effective[damage] = (outcome.effective[damage] ?? 0) + 1
      for (const { type } of table.columns) outcome.types.add(type)
    }
    truths.set(table.name, truth)
    made.push({ table, damage })
  }
  outcome.tables = made.length
  const names = made.map(({ table }) => ({ schema: 'public', name: table.name }))
  const plan = await planTables(d.clients.source, d.clients.target, names)
  if (recipe) for (const table of plan.tables.values()) table.recipe = recipe
  const all = await verifyAll(d.source, d.target, { plan, seed })
  const changes = keysToLookAtAgain(all.tables)
  const again = await verifyKeys(d.clients.source, d.clients.target, changes, { plan, seed })
  for (const { table, damage } of made) {
    const truth = truths.get(table.name)!
    for (const { tables } of [all, again]) {
      const result = tables.find((one) => one.table === table.name)
      const said = result ? saidOf(result) : nothing
      if (JSON.stringify(said) === JSON.stringify(truth)) continue
      const typed = (columns: RandomColumn[]) => columns.map(({ name, type }) => `${name} ${type}`)
      outcome.mistakes.push({ key: typed(table.key), columns: typed(table.columns), damage, said, truth })
    }
  }
  return outcome
}

const nothing: Opinion = { missing: [], extra: [], differing: [] }

function saidOf({ missing, extra, differing }: TableResult): Opinion {
  return {
    missing: missing.map((key) => JSON.stringify(key)).sort(),
    extra: extra.map((key) => JSON.stringify(key)).sort(),
    differing: differing.map(({ key, columns }): [string, string[]] => [JSON.stringify(key), columns]).sort(),
  }
}
