import test, { type ExecutionContext } from 'ava'
import { thorough } from '../../parts.ts'
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
  // The recipes share all but how a row is hashed: outside CI a quarter of the tables is enough for the other two.
  const whole = thorough || recipe === 'record'
  const share = whole ? 1 : 0.25
  test(`${recipe}: equal tables of every type are equal on servers with different settings`, async (t) => {
    t.log(`SEED=${seed}`)
    const options = { seed, tables: 40 * share, wanted: 0, ...(recipe !== 'record' && { recipe }) }
    const outcome = await compareRandomTables(await unlikeDatabases(t), options)
    t.deepEqual(outcome.mistakes, [])
  })

  test(`${recipe}: every kind of damage is found, and named as an oracle names it`, async (t) => {
    t.log(`SEED=${seed}`)
    const options = {
      seed: seed + 1,
      tables: 60 * share,
      wanted: Math.round(50 * share),
      ...(recipe !== 'record' && { recipe }),
    }
    const outcome = await compareRandomTables(await unlikeDatabases(t), options)
    t.deepEqual(outcome.mistakes, [])
    if (!whole) return t.log('a quarter of the tables here; THOROUGH=1 takes all')
    t.is(Object.keys(outcome.effective).length, 9, 'every kind took effect')
    t.true(outcome.types.size > randomTypes.length / 2)
  })
}
