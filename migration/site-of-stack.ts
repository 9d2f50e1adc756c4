import type { Site } from './site.ts'

/** The site that a stack's outputs describe. */
export async function siteOfStack(name: string): Promise<Site> {
  throw new Error(`--stack ${name} is not available here yet: give a site file (--site FILE)`)
}
