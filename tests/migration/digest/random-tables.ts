/** Tables of random columns, the same on both sides, and damage to the target's copy. */
import type { Random } from './random.ts'
import { keyTypes, type RandomType, randomTypes } from './random-types.ts'

export interface RandomColumn extends RandomType {
  name: string
  notNull: boolean
}

export interface RandomTable {
  name: string
  key: RandomColumn[]
  columns: RandomColumn[]
  rows: number
  /** Runs on both sides; the target's columns come in an order of their own. */
  create: { source: string; target: string }
}

const quoted = (name: string) => `"${name}"`
const literal = (value: string | null) => (value === null ? 'NULL' : `'${value.replaceAll("'", "''")}'`)
const odd = ['', ' with space', 'Case', 'ü']

export function randomTable(name: string, r: Random, mustHave?: RandomType): RandomTable {
  const key = r.pick(keyTypes).map((type, n) => ({ ...type, name: `key${n}${r.pick(odd)}`, notNull: true }))
  const others = r.list(1, 7, (n) => ({
    ...r.pick(randomTypes),
    name: `column${n}${r.pick(odd)}`,
    notNull: r.chance(0.2),
  }))
  if (mustHave) others.push({ ...mustHave, name: 'must', notNull: false })
  // Two of one type, so that values can be exchanged between columns.
  others.push({ ...others[0]!, name: 'twin' })
  const columns = [...key, ...others]
  const rows = Array.from({ length: r.int(5, 40) }, () =>
    columns.map((column) => (!column.notNull && r.chance(0.15) ? null : column.value(r))),
  )
  const insert = `INSERT INTO ${name} (${columns.map((column) => quoted(column.name)).join(', ')}) VALUES
    ${rows.map((row) => `(${row.map(literal).join(', ')})`).join(',\n')} ON CONFLICT DO NOTHING;`
  const primary =
    key.length > 0 ? `, PRIMARY KEY (${key.map((column) => quoted(column.name)).join(', ')})` : ''
  const create = (order: RandomColumn[], gone: string) =>
    `CREATE TABLE ${name} (${gone ? `${gone} int, ` : ''}${order.map((column) => `${quoted(column.name)} ${column.type}${column.notNull ? ' NOT NULL' : ''}`).join(', ')}${primary});
    ${gone ? `ALTER TABLE ${name} DROP COLUMN ${gone};` : ''} ${insert}`
  return {
    name,
    key,
    columns,
    rows: rows.length,
    create: { source: create(columns, ''), target: create(r.shuffled(columns), r.chance(0.5) ? 'gone' : '') },
  }
}

export const damages = [
  'near value',
  'other value',
  'to NULL or from it',
  'exchange between rows',
  'exchange between columns',
  'missing',
  'extra',
  'duplicate',
  'key',
] as const
export type Damage = (typeof damages)[number]

const rowAt = (table: string, n: number) => `(SELECT ctid FROM ${table} ORDER BY ctid LIMIT 1 OFFSET ${n})`

export interface DamageSql {
  /** First, on both sides. */
  both?: string
  /** Then, on the target alone; it may fail or change nothing, which an oracle must tell. */
  target: string
}

export function damageSql(damage: Damage, table: RandomTable, r: Random): DamageSql {
  const { name } = table
  const others = table.columns.filter((column) => !table.key.includes(column))
  const column = others.find((one) => one.name === 'must' && r.chance(0.7)) ?? r.pick(others)
  const [a, b] = [r.int(0, 4), r.int(0, 4)]
  const set = (one: RandomColumn, value: string) =>
    `UPDATE ${name} SET ${quoted(one.name)} = ${value} WHERE ctid = ${rowAt(name, a)}`
  const on = (target: string): DamageSql => ({ target })
  const list = table.columns.map((one) => quoted(one.name)).join(', ')
  switch (damage) {
    case 'near value': {
      const sample = column.value(r)
      const near = column.near?.(sample, r) ?? column.value(r)
      const all = `UPDATE ${name} SET ${quoted(column.name)} = ${literal(sample)}`
      return { both: all, target: set(column, literal(near)) }
    }
    case 'other value':
      return on(set(column, literal(column.value(r))))
    case 'to NULL or from it':
      return on(
        `UPDATE ${name} SET ${quoted(column.name)} = CASE WHEN ${quoted(column.name)} IS NULL THEN ${literal(column.value(r))}::${column.type.replace(/ COLLATE.*/, '')} END WHERE ctid = ${rowAt(name, a)}`,
      )
    case 'exchange between rows':
      return on(`UPDATE ${name} x SET ${quoted(column.name)} = y.${quoted(column.name)} FROM ${name} y
        WHERE (x.ctid, y.ctid) IN ((${rowAt(name, a)}, ${rowAt(name, b)}), (${rowAt(name, b)}, ${rowAt(name, a)}))`)
    case 'exchange between columns':
      return on(
        `UPDATE ${name} SET ${quoted(others[0]!.name)} = twin, twin = ${quoted(others[0]!.name)} WHERE ctid = ${rowAt(name, a)}`,
      )
    case 'missing':
      return on(`DELETE FROM ${name} WHERE ctid = ${rowAt(name, a)}`)
    case 'extra':
      return on(
        `INSERT INTO ${name} (${list}) VALUES (${table.columns.map((one) => literal(one.value(r))).join(', ')})`,
      )
    case 'duplicate':
      return on(
        `ALTER TABLE ${name} DROP CONSTRAINT IF EXISTS ${name}_pkey; INSERT INTO ${name} (${list}) SELECT ${list} FROM ${name} WHERE ctid = ${rowAt(name, a)}`,
      )
    case 'key': {
      const part = table.key.length > 0 ? r.pick(table.key) : column
      return on(set(part, literal(part.near?.(part.value(r), r) ?? part.value(r))))
    }
  }
}
