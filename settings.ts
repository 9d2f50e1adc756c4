import { disagreements } from './settings/agreement.ts'
import { type Problem, problemsFrom, SettingsError, shown } from './settings/problems.ts'
import { schema, type Values } from './settings/schema.ts'

export { type Problem, SettingsError } from './settings/problems.ts'

export const project = 'payments-lift'

/** Everything a stack says about itself, checked. */
export interface Settings extends Values {
  stack: string
  /** The region of the stack, such as eu-central-1. */
  region: string
  /** The one account the stack may be deployed to, 12 digits. */
  accountId: string
}

const prefix = `${project}:`

/** Pulumi hands every value over as text; structured ones, numbers and booleans as JSON. */
function decode(text: string): unknown {
  if (!/^[[{]|^(true|false|-?\d+(\.\d+)?)$/.test(text)) return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function awsProblems(config: Record<string, string>): Problem[] {
  const problems: Problem[] = []
  const region = config['aws:region']
  if (!region || !/^[a-z]{2}(-[a-z]+)+-\d$/.test(region)) {
    problems.push({ key: 'aws:region', got: shown(region), mend: 'write a region, such as eu-central-1' })
  }
  const accounts = decode(config['aws:allowedAccountIds'] ?? '')
  const one = Array.isArray(accounts) && accounts.length === 1 && /^\d{12}$/.test(String(accounts[0]))
  if (!one) {
    problems.push({
      key: 'aws:allowedAccountIds',
      got: shown(config['aws:allowedAccountIds'] && accounts),
      mend: 'list the one account of this stack, as text of 12 digits; `up` anywhere else is refused',
    })
  }
  return problems
}

/**
 * A stack's settings from its configuration as Pulumi hands it over (`{ 'payments-lift:phase': 'canary', … }`).
 * Throws a {@link SettingsError} that names every problem at once.
 */
export function parseSettings(stack: string, config: Record<string, string>): Settings {
  const raw = Object.fromEntries(
    Object.entries(config)
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, text]) => [key.slice(prefix.length), decode(text)]),
  )
  const result = schema.safeParse(raw)
  const problems = [
    ...awsProblems(config),
    ...(result.success ? [] : problemsFrom(result.error, schema, raw)),
    ...disagreements(raw),
    ...zonesElsewhere(config['aws:region'], raw.network),
  ]
  if (problems.length > 0 || !result.success) throw new SettingsError(stack, problems)
  const [accountId] = JSON.parse(config['aws:allowedAccountIds']!) as [string]
  return { ...result.data, stack, region: config['aws:region']!, accountId }
}

/** Zones belong to the region. */
function zonesElsewhere(region: string | undefined, network: unknown): Problem[] {
  const parsed = schema.shape.network.safeParse(network)
  if (!region || !parsed.success) return []
  return parsed.data.zones.flatMap(({ name }, index) =>
    name.startsWith(region)
      ? []
      : [
          {
            key: `payments-lift:network.zones[${index}].name`,
            got: shown(name),
            mend: `name a zone of aws:region, such as ${region}a`,
          },
        ],
  )
}
