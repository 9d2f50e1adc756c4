import { secretReader } from './aws/secrets.ts'
import type { Site } from './site.ts'
import { outputsOf } from './stack/outputs.ts'
import { siteFrom } from './stack/site.ts'

/** The site that a stack's outputs describe. */
export async function siteOfStack(name: string): Promise<Site> {
  const outputs = await outputsOf(name)
  return siteFrom(outputs, secretReader(outputs.region))
}
