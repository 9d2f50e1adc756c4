import { createHash } from 'node:crypto'
import type { ClientBase } from 'pg'
import { codeQueries } from './code.ts'
import { relationQueries, viewDefinition } from './relations.ts'
import { rightsQueries } from './rights.ts'
import { inWordsOf } from './views.ts'

/** What a database's schema is, as text that is the same on every version: by `kind name`. */
export type Schema = Map<string, string>

/** One object that is not the same on both sides; a side without it has no text. */
export interface Difference {
  /** `column public.payments.amount` */
  object: string
  source?: string
  target?: string
}

/** Reads the catalogues; nothing is locked. The session's search_path must be pg_catalog alone. */
export async function readSchema(client: ClientBase): Promise<Schema> {
  const { rows } = await client.query(
    `select current_setting('server_version_num')::int as version, to_regclass('lift.fence') is not null as fenced`,
  )
  const { version, fenced } = rows[0]
  const saved = fenced ? 'select jsonb_array_elements_text(saved) from lift.fence' : `''`
  const schema: Schema = new Map()
  for (const text of [...relationQueries, ...codeQueries(version), ...rightsQueries(saved)]) {
    const result = await client.query({ text, rowMode: 'array' })
    for (const [kind, name, definition] of result.rows) schema.set(`${kind} ${name}`, definition ?? '')
  }
  return schema
}

/** Short enough for a journal; equal where the two descriptions are. */
export function fingerprintOf(schema: Schema): string {
  const hash = createHash('sha256')
  for (const object of [...schema.keys()].sort()) hash.update(`${object}\n${schema.get(object)}\n`)
  return hash.digest('hex').slice(0, 16)
}

/** Objects that came, went or changed; a role without LOGIN behind a fence has not. */
export function changedSince(before: Schema, now: Schema): string[] {
  const objects = new Set([...before.keys(), ...now.keys()])
  return [...objects].filter((object) => before.get(object) !== now.get(object)).sort()
}

/** What differs, object by object; a table that is missing stands for its columns and indexes too. */
export async function compareSchemas(source: ClientBase, target: ClientBase): Promise<Difference[]> {
  const [ours, theirs] = await Promise.all([readSchema(source), readSchema(target)])
  const differences: Difference[] = []
  for (const object of [...new Set([...ours.keys(), ...theirs.keys()])].sort()) {
    const [here, there] = [ours.get(object), theirs.get(object)]
    if (here === there) continue
    const isView = object.startsWith(`${viewDefinition} `)
    if (isView && here !== undefined && there !== undefined && (await inWordsOf(target, here)) === there)
      continue
    differences.push({
      object,
      ...(here !== undefined && { source: here }),
      ...(there !== undefined && { target: there }),
    })
  }
  return withoutParts(differences)
}

const holders = /^(?:table|foreign table|view|materialized view|sequence) /

function withoutParts(differences: Difference[]): Difference[] {
  const whole = differences.filter(
    ({ object, source, target }) => holders.test(object) && (source === undefined || target === undefined),
  )
  const names = whole.map(({ object }) => object.replace(holders, ''))
  const isPart = ({ object }: Difference) =>
    !holders.test(object) && names.some((name) => object.endsWith(` ${name}`) || object.includes(` ${name}.`))
  return differences.filter((difference) => !isPart(difference))
}

/** One line a difference, both sides' words. */
export function describeDifference({ object, source, target }: Difference): string {
  if (target === undefined) return `${object} is missing on the target`
  if (source === undefined) return `${object} is only on the target`
  return `${object}: «${source}» on the source, «${target}» on the target`
}
