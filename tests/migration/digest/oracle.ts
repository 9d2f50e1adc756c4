/** A second opinion: fetches every row of both sides as text and compares them one by one. */
import type { Databases } from './databases.ts'
import type { RandomTable } from './random-tables.ts'

const settings = `SET datestyle = 'ISO, YMD'; SET timezone = 'UTC'; SET intervalstyle = 'postgres';
  SET extra_float_digits = 1; SET bytea_output = 'hex'; SET lc_monetary = 'C'; SET search_path = public`

export interface Opinion {
  missing: string[]
  extra: string[]
  /** Key, and names of the columns where the key is there once on both sides. */
  differing: [key: string, columns: string[]][]
}

export async function prepareOracle(d: Databases): Promise<void> {
  await d.both(settings)
}

export async function opinion(d: Databases, table: RandomTable): Promise<Opinion> {
  const [source, target] = await Promise.all([read(d.clients.source, table), read(d.clients.target, table)])
  const found: Opinion = { missing: [], extra: [], differing: [] }
  for (const key of new Set([...source.keys(), ...target.keys()])) {
    const ours = [...(source.get(key) ?? [])]
    const theirs = (target.get(key) ?? []).filter((row) => {
      const at = ours.findIndex((one) => JSON.stringify(one) === JSON.stringify(row))
      if (at >= 0) ours.splice(at, 1)
      return at < 0
    })
    const both = Math.min(ours.length, theirs.length)
    for (let i = 0; i < both; i++) {
      const columns = table.columns.filter((_, n) => ours[i]![n] !== theirs[i]![n]).map(({ name }) => name)
      found.differing.push([key, columns])
    }
    for (let i = both; i < ours.length; i++) found.missing.push(key)
    for (let i = both; i < theirs.length; i++) found.extra.push(key)
  }
  return { missing: found.missing.sort(), extra: found.extra.sort(), differing: found.differing.sort() }
}

type Row = (string | null)[]

async function read(client: Databases['clients']['source'], table: RandomTable): Promise<Map<string, Row[]>> {
  const column = ({ name }: { name: string }) => `"${name}"::text`
  const naming = table.key.length > 0 ? table.key : table.columns
  // Through ROW, because a cast to text may lose something that the type's own output shows.
  const values = table.columns.map(({ name }) => `ROW("${name}")::text`)
  // Names of objects in regclass columns must not depend on the path.
  await client.query('SET search_path = pg_catalog')
  const { rows } = await client.query({
    text: `SELECT ${[...naming.map(column), ...values].join(', ')} FROM public.${table.name}`,
    rowMode: 'array',
  })
  await client.query('SET search_path = public')
  const byKey = new Map<string, Row[]>()
  for (const row of rows as Row[]) {
    const key = JSON.stringify(row.slice(0, naming.length))
    byKey.set(key, [...(byKey.get(key) ?? []), row.slice(naming.length)])
  }
  return byKey
}
