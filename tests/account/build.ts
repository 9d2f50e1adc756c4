import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import program from '../../account/index.ts'
import { finder } from '../../preview/find.ts'
import { recordProgram } from '../../preview/run.ts'

/** The configuration of an account, as it stands in its file. */
export const configOf = (account: string): Record<string, string> => {
  const file = readFileSync(join(import.meta.dirname, `../../account/Pulumi.${account}.yaml`), 'utf8')
  const { config } = parse(file) as { config: Record<string, unknown> }
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  )
}

/** What the account's program registers in prod, with some settings exchanged. */
export const account = async (change: Record<string, string> = {}) =>
  finder(
    await recordProgram(program, {
      stack: 'prod',
      config: { ...configOf('prod'), ...change },
      region: 'eu-central-1',
      accountId: '333333333333',
    }),
  )
