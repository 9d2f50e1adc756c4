import { principalsOf, type Statement } from '../rights.ts'
import type { Json } from '../values.ts'

/** Conditions that say who somebody is. */
const identity = /^(aws:(principal|source)|kms:calleraccount)/i
const elsewhere = /(?<![\w-])(\d{12}|o-[a-z0-9]{10,32})(?![\w-])/g

const conditionsOf = (condition: Json | undefined): string[] =>
  Object.values((condition ?? {}) as Record<string, Record<string, Json>>).flatMap((tests) =>
    Object.entries(tests ?? {})
      .filter(([key]) => identity.test(key))
      .map(([, value]) => JSON.stringify(value)),
  )

/** Of a statement that allows: the principals, or conditions on them, that name another account or an organization. */
export function foreignIn(statement: Statement, accountId: string): string[] {
  if (statement.Effect === 'Deny') return []
  const named = [...principalsOf(statement.Principal), ...conditionsOf(statement.Condition)]
  return named.filter((text) => [...text.matchAll(elsewhere)].some(([, owner]) => owner !== accountId))
}
