import { statementsOf } from '../rights.ts'
import type { Json } from '../values.ts'
import type { Change } from './compare.ts'
import { parsed } from './properties.ts'
import { grantWords } from './roles.ts'

/** What others may do with a resource from now on, because its own policy says so. */
export interface PolicyGain {
  name: string
  says: string
}

const documents = ['policy', 'accessPolicies', 'resourcePolicy', 'assumeRolePolicy']
const list = (value: Json | undefined): string[] =>
  value === undefined || value === null ? [] : (Array.isArray(value) ? value : [value]).map(String)

interface Line {
  allow: boolean
  action: string
  resource: string
  conditions: string
  who: string
  sid: string
}

const linesOf = (document: Json | undefined): Line[] =>
  statementsOf(parsed(document)).flatMap((statement) =>
    list(statement.Action).flatMap((action) =>
      (list(statement.Resource).length > 0 ? list(statement.Resource) : ['it']).map((resource) => ({
        allow: statement.Effect !== 'Deny',
        action,
        resource,
        conditions: statement.Condition ? JSON.stringify(statement.Condition) : '',
        who: JSON.stringify(statement.Principal ?? ''),
        sid: String(statement.Sid ?? ''),
      })),
    ),
  )

/** Grants that come and refusals that go, in policies that belong to resources; those of roles are told by role. */
export function policyGains({ type, name, old, now }: Change): PolicyGain[] {
  if (!old || !now || /^aws:iam\//.test(type)) return []
  return documents.flatMap((property) => {
    const [before, after] = [linesOf(old.inputs[property]), linesOf(now.inputs[property])]
    const key = (line: Line) => JSON.stringify({ ...line, sid: '' })
    const less = (from: Line[], other: Line[]) => {
      const there = new Set(other.map(key))
      return from.filter((line) => !there.has(key(line)))
    }
    const come = less(after, before).filter(({ allow }) => allow)
    const gone = less(before, after).filter(({ allow }) => !allow)
    return [
      ...(come.length > 0 ? [{ name, says: `lets ${who(come)} ${grantWords(come).join('; ')}` }] : []),
      ...(gone.length > 0 ? [{ name, says: `no longer refuses ${grantWords(gone).join('; ')}` }] : []),
    ]
  })
}

const who = (lines: Line[]): string =>
  [...new Set(lines.map((line) => line.who))].join(', ').replaceAll(/[{}"[\]]/g, '')
