import { hostname } from 'node:os'
import { operator } from './aws/operator.ts'
import type { Site } from './site.ts'

/** Who acts, as records name them: role, machine and process; in AWS the person too, as STS knows them. */
export async function whoActs(site: Site, role: string): Promise<string> {
  const process_ = `${role} ${hostname()} ${process.pid}`
  return site.journal.startsWith('s3:') ? `${process_}, ${await operator()}` : process_
}
