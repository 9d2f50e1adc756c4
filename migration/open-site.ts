import { secretReader } from './aws/secrets.ts'
import { readSite, type Site } from './site.ts'
import { outputsOf } from './stack/outputs.ts'
import { siteOfStack } from './stack/site.ts'

/** Where a runbook works: a site file, or a stack of the program. */
export interface Which {
  site?: string | undefined
  stack?: string | undefined
}

/** @throws Error that says what is wrong with the file, or what the stack lacks */
export async function openSite({ site, stack }: Which): Promise<Site> {
  if (site && stack) throw new Error('a site file and a stack are two sites: give one of --site and --stack')
  if (site) return readSite(site)
  if (!stack) throw new Error('which site? give --site FILE, or --stack NAME')
  const outputs = await outputsOf(stack)
  return siteOfStack(outputs, secretReader(outputs.region))
}

/** How a command hands its site on to the process that runs a runbook. */
export const siteEnvironment = ({ site = '', stack = '' }: Which): Record<string, string> => ({
  LIFT_SITE: site,
  LIFT_STACK: stack,
})

export const siteOfEnvironment = ({ LIFT_SITE, LIFT_STACK } = process.env): Promise<Site> =>
  openSite({ site: LIFT_SITE, ...(!LIFT_SITE && { stack: LIFT_STACK }) })
