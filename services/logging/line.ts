import { randomBytes } from 'node:crypto'
import { maskJson } from './card-numbers.ts'
import type { LogLine } from './ecs.ts'

/** https://www.elastic.co/guide/en/ecs/8.17/index.html */
export const ecsVersion = '8.17.0'

/** Of an error, what a reader needs; the stack is for the index, not for people. */
export const errorFields = (error: unknown): NonNullable<LogLine['error']> =>
  error instanceof Error
    ? { type: error.name, message: error.message, ...(error.stack && { stack_trace: error.stack }) }
    : { message: typeof error === 'string' ? error : JSON.stringify(error) }

// No digits in a row, or the mask would find a card number in one line of a thousand.
const instance = randomBytes(9).toString('base64url')
let made = 0

/** An id of its own for each line of this process. */
export const eventId = (): string => `${instance}.${++made}`

/** A line as text, card numbers masked, without line end. What has no JSON is left out. */
export function toText(line: object): string {
  const above: object[] = []
  const text = JSON.stringify(line, function (this: object, _key, value: unknown) {
    if (typeof value === 'bigint') return String(value)
    if (value instanceof Error) return errorFields(value)
    if (typeof value !== 'object' || value === null) return value
    while (above.length > 0 && above.at(-1) !== this) above.pop()
    if (above.includes(value)) return undefined
    above.push(value)
    return value
  })
  return maskJson(text)
}
