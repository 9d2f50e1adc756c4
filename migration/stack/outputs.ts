import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { readOutputs, type StackOutputs, type TaskOutputs, taskOutputsSchema } from '../../outputs.ts'

/** Of a stack's outputs, what a site is made from. */
export type SiteOutputs = Omit<TaskOutputs, never> & Pick<StackOutputs, 'runner'>

/** What the runner's and the watchdog's tasks get from the program. */
interface TaskEnvironment {
  STACK_OUTPUTS?: string
  JOURNAL_BUCKET?: string
  DESK_BUCKET?: string
  /** A file with what `pulumi stack output --json` printed, where no Pulumi is. */
  LIFT_OUTPUTS?: string
}

/** The outputs of a stack: from the task's own environment, from a file, or from Pulumi. */
export async function outputsOf(
  stack: string,
  environment: TaskEnvironment = process.env as TaskEnvironment,
): Promise<SiteOutputs> {
  const outputs = await find(stack, environment)
  if (outputs.stack !== stack)
    throw new Error(`these are the outputs of the stack ${outputs.stack}, not of ${stack}; nothing was done`)
  return outputs
}

async function find(stack: string, environment: TaskEnvironment): Promise<SiteOutputs> {
  const { STACK_OUTPUTS, LIFT_OUTPUTS } = environment
  if (STACK_OUTPUTS) return ofTask(STACK_OUTPUTS, environment)
  if (LIFT_OUTPUTS) return readOutputs(parse(readFileSync(LIFT_OUTPUTS, 'utf8'), LIFT_OUTPUTS))
  return readOutputs(parse(await askPulumi(stack), `pulumi stack output --stack ${stack}`))
}

function ofTask(text: string, { JOURNAL_BUCKET = '', DESK_BUCKET = '' }: TaskEnvironment): SiteOutputs {
  const result = taskOutputsSchema.safeParse(parse(text, 'STACK_OUTPUTS'))
  if (!result.success) {
    const lines = result.error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`)
    throw new Error(
      `STACK_OUTPUTS is not what this version reads: the task's image and the stack are of different versions; run up again:\n${lines.join('\n')}`,
    )
  }
  // Where its own task is the runner need not know.
  const runner = { family: '', watchdogService: '', subnetIds: [], securityGroupId: '' }
  return { ...result.data, runner: { ...runner, journalBucket: JOURNAL_BUCKET, deskBucket: DESK_BUCKET } }
}

function parse(text: string, where: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error(`${where} is not JSON`)
  }
}

async function askPulumi(stack: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('pulumi', ['stack', 'output', '--json', '--stack', stack])
    return stdout
  } catch (error) {
    const { code, message, stderr } = error as NodeJS.ErrnoException & { stderr?: string }
    throw new Error(
      code === 'ENOENT'
        ? `--stack ${stack}: no pulumi on the PATH; install it, or give its outputs as a file: LIFT_OUTPUTS=outputs.json`
        : `pulumi cannot tell the outputs of the stack ${stack}: ${stderr?.trim() || message}`,
    )
  }
}
