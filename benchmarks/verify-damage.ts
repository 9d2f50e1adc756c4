/**
 * Whether verification can be fooled: npx tsx benchmarks/verify-damage.ts [--damages 1000] [--equal 200] [--seed N]
 * [--source MAJOR]
 * Random tables of every column type, half of them damaged in one place; an oracle that fetches every row decides.
 */
import { parseArgs } from 'node:util'
import { createSandbox } from '../rehearsal/host/sandbox.ts'
import { startPostgres } from '../rehearsal/postgres/server.ts'
import { type Databases, openDatabases } from '../tests/migration/digest/databases.ts'
import { compareRandomTables, makeUnlike, type Outcome } from '../tests/migration/digest/random-comparison.ts'
import { randomTypes } from '../tests/migration/digest/random-types.ts'
import { type Target, verdict } from './figures.ts'

const { values } = parseArgs({
  options: {
    damages: { type: 'string', default: '1000' },
    equal: { type: 'string', default: '200' },
    source: { type: 'string', default: '14' },
    seed: { type: 'string', default: `${Math.floor(Math.random() * 2 ** 31)}` },
  },
})
const [damages, equal, seed] = [values.damages, values.equal, values.seed].map(Number) as [
  number,
  number,
  number,
]
process.stdout.write(`--seed ${seed}\n`)
// PostgreSQL 13 has no multiranges.
if (Number(values.source) < 14)
  randomTypes.splice(
    randomTypes.findIndex(({ type }) => type.includes('multirange')),
    1,
  )

const sandbox = createSandbox('verify-damage-')
const settings = { fsync: 'off', autovacuum: 'off', max_locks_per_transaction: '512' }
try {
  const servers = await Promise.all([
    startPostgres({ side: 'source', sandbox, settings, major: Number(values.source) }),
    startPostgres({ side: 'target', sandbox, settings }),
  ])
  // A library's order of words on one side, the order of bytes on the other.
  const collations = { target: `TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'sv' LOCALE 'C'` }
  const run = async (name: string, options: { tables: number; wanted: number }) => {
    const d = await openDatabases(servers, name, collations)
    await makeUnlike(d)
    return closing(d, compareRandomTables(d, { seed, ...options }))
  }
  const same = await run('same', { tables: equal, wanted: 0 })
  const damaged = await run('damaged', { tables: 0, wanted: damages })
  process.stdout.write(`damages by kind: ${JSON.stringify(damaged.effective)}\n`)
  process.stdout.write(
    `${damaged.tables} tables, ${damaged.types.size} of ${randomTypes.length} column types\n`,
  )
  const wrong = [...same.mistakes, ...damaged.mistakes]
  for (const mistake of wrong) process.stdout.write(`${JSON.stringify(mistake)}\n`)
  const found = Object.values(damaged.effective).reduce((sum, n) => sum + n, 0)
  const targets: Target[] = [
    { name: 'damages that took effect', value: found, atLeast: damages },
    { name: 'not found, or not named as they are', value: damaged.mistakes.length, atMost: 0 },
    { name: `equal tables of ${same.tables} said to differ`, value: same.mistakes.length, atMost: 0 },
    { name: 'column types', value: damaged.types.size, atLeast: randomTypes.length },
  ]
  process.exitCode = verdict(targets) ? 0 : 1
} finally {
  await sandbox.close()
}

async function closing(d: Databases, work: Promise<Outcome>): Promise<Outcome> {
  try {
    return await work
  } finally {
    await Promise.allSettled([d.clients.source.end(), d.clients.target.end()])
  }
}
