import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Recorded } from './record.ts'
import { type FailedCheck, judge, type Verdict } from './scan.ts'
import { terraformPlan } from './terraform-plan.ts'

/** The version of checkov (PyPI) that waivers.ts was written against. */
export const checkovVersion = '3.3.30'

const run = promisify(execFile)

/** checkov is not installed, or could not run. Shown without a stack trace. */
export class CheckovError extends Error {
  override readonly name = 'CheckovError'
}

/** Is checkov there? CHECKOV names it where it is not on the PATH. */
export function findCheckov(command = process.env.CHECKOV ?? 'checkov'): string | undefined {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0 ? command : undefined
}

/** Lets checkov look at what a stack would build, and judges what it finds by the waivers. */
export async function scan(recorded: Recorded, command: string, today = new Date()): Promise<Verdict> {
  const folder = await mkdtemp(join(tmpdir(), 'payments-lift-scan-'))
  try {
    const plan = join(folder, 'plan.json')
    await writeFile(plan, JSON.stringify(terraformPlan(recorded)))
    const args = [
      '-f',
      plan,
      '--framework',
      'terraform_plan',
      '--output',
      'json',
      '--soft-fail',
      '--quiet',
      '--skip-download',
    ]
    const { stdout } = await run(command, args, { maxBuffer: 256 * 1024 * 1024 })
    const report = JSON.parse(stdout) as {
      results?: { failed_checks: FailedCheck[] }
      summary?: { parsing_errors: number }
    }
    if (!report.results || report.summary?.parsing_errors)
      throw new CheckovError('checkov could not read the plan')
    return judge(report.results.failed_checks, recorded.resources, today)
  } catch (error) {
    if (error instanceof CheckovError) throw error
    throw new CheckovError(`checkov could not run: ${(error as Error).message.split('\n')[0]}`)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
