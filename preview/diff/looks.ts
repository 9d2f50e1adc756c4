import type { Json } from '../values.ts'

/** What a change of one property takes away, in words; undefined when it takes nothing away. */
export type Look = (old: Json | undefined, now: Json | undefined) => string | undefined

export const off =
  (words: string): Look =>
  (old, now) =>
    isOn(old) && !isOn(now) ? words : undefined
export const on =
  (words: string): Look =>
  (old, now) =>
    !isOn(old) && isOn(now) ? words : undefined
const isOn = (value: Json | undefined) => value === true || value === 'true' || value === '1' || value === 1

const number = (value: Json | undefined) =>
  value === undefined || value === null || value === '' ? undefined : Number(value)
export const less =
  (words: string): Look =>
  (old, now) => {
    const [before, after] = [number(old), number(now)]
    if (before === undefined) return undefined
    return after === undefined || after < before ? words : undefined
  }
export const more =
  (words: string): Look =>
  (old, now) => {
    const [before, after] = [number(old), number(now)]
    return before !== undefined && after !== undefined && after > before ? words : undefined
  }
export const gone =
  (words: string): Look =>
  (old, now) =>
    isThere(old) && !isThere(now) ? words : undefined
const isThere = (value: Json | undefined) =>
  value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0)
export const from =
  (before: string, words: string): Look =>
  (old, now) =>
    old === before && now !== before ? words : undefined
export const to =
  (after: string, words: string): Look =>
  (old, now) =>
    now === after && old !== after ? words : undefined

/** A block that becomes larger: 10.20.0.0/16 → 10.0.0.0/8. */
export const wider: Look = (old, now) => {
  const [before, after] = [old, now].map((block) => number(String(block ?? '').split('/')[1]))
  return before !== undefined && after !== undefined && after < before
    ? 'more addresses may connect'
    : undefined
}

/** Is a version before another? `OpenSearch_2.19` has a name before its numbers. */
export const older = (now: Json | undefined, old: Json | undefined): boolean => {
  const [after, before] = [now, old].map((version) => (String(version ?? '').match(/\d+/g) ?? []).map(Number))
  for (const [index, part] of before!.entries())
    if ((after![index] ?? 0) !== part) return (after![index] ?? 0) < part
  return false
}
