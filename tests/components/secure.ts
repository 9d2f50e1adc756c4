import type { ExecutionContext } from 'ava'
import type { Found } from '../../preview/find.ts'
import type { Json } from '../../preview/values.ts'

/** Type, logical name, path in the inputs, and the value that is safe; `undefined`: the argument must not be there. */
export type SecureRow = [type: string, name: string, path: string, value: Json | undefined]

const at = (value: Json | undefined, path: string): Json | undefined =>
  path
    .split('.')
    .reduce<Json | undefined>((each, part) => (each as Record<string, Json> | undefined)?.[part], value)

/** Every secure default of a component, one row each: flip one in the component and its row fails. */
export function secure(t: ExecutionContext, found: Found, rows: SecureRow[]): void {
  for (const [type, name, path, value] of rows) {
    t.deepEqual(at(found.get(type, name).inputs, path), value, `${name} (${type}): ${path}`)
  }
}

interface Shown {
  Sid: string
  Effect: string
  Action: string[]
  Resource?: Json
  Principal?: Json
  Condition?: Json
}

/** The statements of a policy that stands in an argument, as an object or as text. */
export function statements(found: Found, type: string, name: string, argument = 'policy'): Shown[] {
  const value = found.get(type, name).inputs[argument]
  const document = (typeof value === 'string' ? JSON.parse(value) : value) as { Statement: Shown[] }
  return document.Statement
}

/** One statement by its id. */
export function statement(found: Found, type: string, name: string, sid: string, argument = 'policy'): Shown {
  const all = statements(found, type, name, argument)
  const one = all.find((each) => each.Sid === sid)
  if (!one) throw new Error(`${name} has no statement ${sid}; there are: ${all.map(({ Sid }) => Sid)}`)
  return one
}
