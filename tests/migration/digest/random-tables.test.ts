import test, { type ExecutionContext } from 'ava'
import { type Databases, databases } from './databases.ts'
import { compareRandomTables, makeUnlike } from './random-comparison.ts'
import { randomTypes } from './random-types.ts'

const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31))

async function unlikeDatabases(t: ExecutionContext): Promise<Databases> {
  const d = await databases(t)
  await makeUnlike(d)
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
