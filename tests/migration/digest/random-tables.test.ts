import test, { type ExecutionContext } from 'ava'
import { type Databases, databases } from './databases.ts'
import { compareRandomTables } from './random-comparison.ts'
import { randomTypes } from './random-types.ts'

const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31))

/** Two databases whose text looks different: order, time zone, dates, numbers, money. */
async function unlikeDatabases(t: ExecutionContext): Promise<Databases> {
  const d = await databases(t)
  await d.onSource(`ALTER DATABASE ${d.name} SET timezone = 'Asia/Kathmandu'; ALTER DATABASE ${d.name} SET datestyle = 'German';
    ALTER DATABASE ${d.name} SET bytea_output = 'escape'; ALTER DATABASE ${d.name} SET extra_float_digits = -3`)
  await d.onTarget(`ALTER DATABASE ${d.name} SET timezone = 'America/St_Johns'; ALTER DATABASE ${d.name} SET datestyle = 'SQL, DMY';
    ALTER DATABASE ${d.name} SET intervalstyle = 'sql_standard'; ALTER DATABASE ${d.name} SET search_path = ''`)
  return d
}

for (const recipe of ['record', 'bytes', 'sha256'] as const) {
  test(`${recipe}: equal tables of every type are equal on servers with different settings`, async (t) => {
    t.log(`SEED=${seed}`)
    const options = { seed, tables: 40, wanted: 0, ...(recipe !== 'record' && { recipe }) }
    const outcome = await compareRandomTables(await unlikeDatabases(t), options)
    t.deepEqual(outcome.mistakes, [])
  })

  test(`${recipe}: every kind of damage is found, and named as an oracle names it`, async (t) => {
    t.log(`SEED=${seed}`)
    const options = { seed: seed + 1, tables: 60, wanted: 50, ...(recipe !== 'record' && { recipe }) }
    const outcome = await compareRandomTables(await unlikeDatabases(t), options)
    t.deepEqual(outcome.mistakes, [])
    t.is(Object.keys(outcome.effective).length, 9, 'every kind took effect')
    t.true(outcome.types.size > randomTypes.length / 2)
  })
}
