import { MisuseError } from '../safety/terminal.ts'
import { readSite, type Site } from '../site.ts'
import { siteOfStack } from '../site-of-stack.ts'

/** How a run was asked for: by the command line, or by the environment that it hands to zx. */
export interface RunOptions {
  /** A stack, whose outputs are the site. */
  stack?: string | undefined
  /** A site file. */
  site?: string | undefined
  /** Without it only checks are made. */
  execute: boolean
  /** A machine answers what a person would be asked. */
  yes: boolean
  /** One JSON line an event. */
  json: boolean
  /** Who this is, on a site file. */
  as?: string | undefined
  /** Why it is done, in the words of the operator. */
  reason?: string | undefined
}

const variables = {
  stack: 'LIFT_STACK',
  site: 'LIFT_SITE',
  execute: 'LIFT_EXECUTE',
  yes: 'LIFT_YES',
  json: 'LIFT_JSON',
  as: 'LIFT_AS',
  reason: 'LIFT_REASON',
} as const satisfies Record<keyof RunOptions, string>

export function environmentOf(options: RunOptions): Record<string, string> {
  const environment: Record<string, string> = {}
  for (const [option, variable] of Object.entries(variables)) {
    const value = options[option as keyof RunOptions]
    environment[variable] = value === true ? '1' : value || ''
  }
  return environment
}

export function optionsOf(environment: NodeJS.ProcessEnv): RunOptions {
  const flag = (option: keyof RunOptions) => environment[variables[option]] === '1'
  const text = (option: keyof RunOptions) => environment[variables[option]] || undefined
  return {
    stack: text('stack'),
    site: text('site'),
    execute: flag('execute'),
    yes: flag('yes'),
    json: flag('json'),
    as: text('as'),
    reason: text('reason'),
  }
}

/** @throws MisuseError without a site, or with two */
export async function siteOf({ stack, site }: Pick<RunOptions, 'stack' | 'site'>): Promise<Site> {
  if (stack && site) throw new MisuseError('give --stack or --site, not both')
  if (stack) return { name: stack, ...(await siteOfStack(stack)) }
  if (!site) throw new MisuseError('which site? give --site FILE or --stack NAME')
  return readSite(site)
}

/** Real payments: by its own word, or because it is called prod. */
export const isProduction = ({ production, name }: Site): boolean => production || name === 'prod'
