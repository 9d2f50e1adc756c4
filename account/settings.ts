import * as pulumi from '@pulumi/pulumi'
import { z } from 'zod'
import { email, whole } from '../settings/fields.ts'

const name = 'payments-lift-account'

/** What the account's program wants to know; each in `Pulumi.<account>.yaml` under `payments-lift-account:`. */
const schema = z.strictObject({
  /** Owner and name on GitHub: `example-org/payments-lift`. */
  repository: z
    .string()
    .regex(/^[A-Za-z0-9-]+\/[A-Za-z0-9._-]+$/, 'write owner/name, such as example-org/payments-lift'),
  /** Stacks that this account holds; each has an environment of that name on GitHub, and one `<name>-preview`. */
  stacks: z.array(z.string().regex(/^[a-z][a-z0-9-]{0,19}$/, 'write a stack, such as prod')).min(1),
  /** Impact of an anomaly in any AWS service from which people are told, in US dollars. */
  anomalyUsd: whole(1, 1_000_000, 'an impact in US dollars'),
  /** Who is told. */
  recipients: z.array(email).min(1, 'list who is told').max(10),
  /**
   * Are the tags Project and Stack known to billing? AWS refuses to activate a tag before it has seen it on something,
   * up to a day after the first `up` of a stack. Then set it to true: budgets count nothing until it is.
   */
  costTagsSeen: z.boolean({ error: 'write true or false' }).default(false),
})

export interface AccountSettings extends z.output<typeof schema> {
  region: string
  /** 12 digits. */
  accountId: string
}

const decode = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** The settings from a configuration as Pulumi hands it over. Throws with every problem at once. */
export function parseAccount(config: Record<string, string>): AccountSettings {
  const prefix = `${name}:`
  const raw = Object.fromEntries(
    Object.entries(config)
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, text]) => [key.slice(prefix.length), decode(text)]),
  )
  const result = schema.safeParse(raw)
  const region = config['aws:region']
  const accounts = decode(config['aws:allowedAccountIds'] ?? '')
  const accountId = Array.isArray(accounts) && accounts.length === 1 ? String(accounts[0]) : ''
  const problems = [
    ...(region ? [] : ['aws:region is missing; write a region, such as eu-central-1']),
    ...(/^\d{12}$/.test(accountId)
      ? []
      : ['aws:allowedAccountIds: list the one account, as text of 12 digits']),
    ...(result.success
      ? []
      : result.error.issues.map(({ path, message }) => `${prefix}${path.join('.')}: ${message}`)),
  ]
  if (problems.length > 0 || !result.success || !region)
    throw new pulumi.RunError(`${problems.length} to mend\n  ${problems.join('\n  ')}`)
  return { ...result.data, region, accountId }
}
