import type { RecordedResource } from '../recorded.ts'
import { type Statement, statementsOf } from '../rights.ts'
import type { Json } from '../values.ts'
import type { Change } from './compare.ts'
import { foreignIn } from './foreign.ts'
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

const linesOf = (statements: Statement[]): Line[] =>
  statements.flatMap((statement) =>
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
export function policyGains(change: Change, accountId: string): PolicyGain[] {
  const { type, name, old, now } = change
  if (!now || /^aws:iam\//.test(type)) return []
  if (!old) return foreignGains(now, accountId)
  return documents.flatMap((property) => {
    const [before, after] = [old, now].map(({ inputs }) =>
      linesOf(statementsOf(parsed(inputs[property]))),
    ) as [Line[], Line[]]
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

/** What is new comes with its policy, as meant; told is only who of another account gets at it. */
function foreignGains({ type, name, inputs }: RecordedResource, accountId: string): PolicyGain[] {
  const { action, principal, sourceAccount = '', sourceArn = '' } = inputs
  const statements =
    type === 'aws:lambda/permission:Permission'
      ? [
          {
            Action: action!,
            Principal: principal!,
            Condition: { StringEquals: { 'aws:SourceAccount': sourceAccount, 'aws:SourceArn': sourceArn } },
          },
        ]
      : documents.flatMap((property) => statementsOf(parsed(inputs[property])))
  const foreign = statements.filter((each) => foreignIn(each, accountId).length > 0)
  const lines = linesOf(foreign)
  return lines.length > 0
    ? [{ name, says: `is new, and lets another account in: ${who(lines)} ${grantWords(lines).join('; ')}` }]
    : []
}

const who = (lines: Line[]): string =>
  [...new Set(lines.map((line) => line.who))].join(', ').replaceAll(/[{}"[\]]/g, '')
