/** Function, Fargate or host, for each workload: npm run placement -- FILE */
import { placement } from '../placement/main.ts'
import { WorkloadError } from '../placement/workload.ts'

try {
  const text = placement(process.argv.slice(2))
  await new Promise((resolve) => process.stdout.write(text, resolve))
} catch (error) {
  const known =
    error instanceof WorkloadError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') === true
  if (!known) throw error
  process.stderr.write(`placement: ${(error as Error).message}\n`)
  process.exitCode = 2
}
