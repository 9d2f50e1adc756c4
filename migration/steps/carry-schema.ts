import type { Lift } from '../lift.ts'
import { userTables } from '../postgres/catalog.ts'
import { openSession } from '../postgres/session.ts'
import { dumpSchema, findPgDump } from '../schema/dump.ts'
import { compareSchemas, describeDifference, fingerprintOf, readSchema } from '../schema/fingerprint.ts'
import { loadSchema } from '../schema/load.ts'
import { demand, type Step } from './step.ts'

/** The target has the source's schema, object by object: made here where it has none, compared either way. */
export const carrySchema: Step = {
  name: 'carry-schema',
  summary: 'Make the schema on the target, and compare both',
  expectedMs: 5000,
  async check({ lift, say }) {
    if (await isEmpty(lift)) {
      const { version } = await demandPgDump(lift)
      return say(`the target has no tables: the schema is to be made there with ${version}`)
    }
    await demandSameSchema(lift)
  },
  async act({ lift, say }) {
    if (!(await isEmpty(lift))) return
    const entries = await dumpSchema(lift.site.source.url)
    const session = await openSession(lift.site.target.url, 'schema')
    try {
      await loadSchema(session, entries)
    } finally {
      await session.end()
    }
    say(`${entries.length - 1} objects made on the target`)
  },
  async verify({ lift, journal }) {
    await demandSameSchema(lift)
    journal.write('schema-agrees', { fingerprint: fingerprintOf(await readSchema(lift.source.client)) })
  },
}

const isEmpty = async ({ target }: Lift): Promise<boolean> => (await userTables(target.client)).length === 0

async function demandPgDump({ source }: Lift) {
  const { rows } = await source.client.query(
    `select current_setting('server_version_num')::int / 10000 as major`,
  )
  const { major } = rows[0]
  const found = await findPgDump()
  demand(
    found,
    `the target has no tables and there is no pg_dump on the PATH to make them: install PostgreSQL's client programs, ${major} or later, or load the schema by hand (pg_dump --schema-only)`,
  )
  demand(
    found.major >= major,
    `the target has no tables and ${found.version} cannot read a server of ${major}: install PostgreSQL's client programs, ${major} or later, or load the schema by hand`,
  )
  return found
}

async function demandSameSchema({ source, target }: Lift): Promise<void> {
  const differences = await compareSchemas(source.client, target.client)
  demand(
    differences.length === 0,
    `the schemas differ in ${differences.length} object${differences.length === 1 ? '' : 's'}:\n${differences.map((one) => `  ${describeDifference(one)}`).join('\n')}\nMake the target like the source, or empty it and let this step make the schema.`,
  )
}
