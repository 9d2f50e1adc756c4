/** IAM's evaluation of identity policies, as far as the program's policies go. */

export interface PolicyStatement {
  Sid: string
  Effect: 'Allow' | 'Deny'
  Action: string[]
  Resource: string | string[]
  Condition?: Record<string, Record<string, string | string[]>>
}

export interface Call {
  /** Such as `sqs:SendMessage`. */
  action: string
  /** ARN. */
  resource: string
  /** Condition keys that AWS would set, such as `kms:ViaService`. */
  keys?: Record<string, string>
}

const list = (value: string | string[]): string[] => (Array.isArray(value) ? value : [value])

/** `*` stands for any characters, `?` for one. */
const matches = (pattern: string, value: string): boolean =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    's',
  ).test(value)

const operators: Record<string, (wanted: string, found: string) => boolean> = {
  StringEquals: (wanted, found) => wanted === found,
  ArnEquals: matches,
}

function holds(condition: PolicyStatement['Condition'], keys: Record<string, string>): boolean {
  return Object.entries(condition ?? {}).every(([operator, wanted]) => {
    const compare = operators[operator]
    if (!compare)
      throw new Error(`tests/services/policy.ts does not know the condition ${operator}; teach it`)
    return Object.entries(wanted).every(([key, values]) => {
      const found = keys[key]
      return found !== undefined && list(values).some((value) => compare(value, found))
    })
  })
}

const concerns = (
  { Action, Resource, Condition }: PolicyStatement,
  { action, resource, keys = {} }: Call,
): boolean =>
  list(Action).some((pattern) => matches(pattern, action)) &&
  list(Resource).some((pattern) => matches(pattern, resource)) &&
  holds(Condition, keys)

/** The statements that allow a call; none when it is denied, or when nothing allows it. */
export function allowedBy(policy: readonly PolicyStatement[], call: Call): PolicyStatement[] {
  const found = policy.filter((statement) => concerns(statement, call))
  return found.some(({ Effect }) => Effect === 'Deny') ? [] : found
}

/** One action on one resource. */
export interface Grant {
  action: string
  resource: string
}

/** What statements allow, each action and resource once. */
export function grantsOf(statements: readonly PolicyStatement[]): Grant[] {
  const all = statements
    .filter(({ Effect }) => Effect === 'Allow')
    .flatMap(({ Action, Resource }) =>
      Action.flatMap((action) => list(Resource).map((resource) => ({ action, resource }))),
    )
  return [...new Map(all.map((grant) => [JSON.stringify(grant), grant])).values()]
}

/** The statements without one grant. */
export const without = (
  statements: readonly PolicyStatement[],
  { action, resource }: Grant,
): PolicyStatement[] =>
  statements.flatMap((each) => {
    const resources = list(each.Resource)
    if (each.Effect !== 'Allow' || !each.Action.includes(action) || !resources.includes(resource))
      return [each]
    const others = each.Action.filter((one) => one !== action)
    return [
      ...(others.length > 0 ? [{ ...each, Action: others }] : []),
      { ...each, Action: [action], Resource: resources.filter((one) => one !== resource) },
    ]
  })
