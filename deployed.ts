import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { z } from 'zod'
import { stackPath } from './components/names.ts'
import { moveProblem, type Phase, type Position, phases, type Removal } from './phases.ts'
import { project, type Settings } from './settings.ts'

/** Where a stack's holds stand in SSM: one parameter each, made by the emergency way back, deleted to release it. */
export const holdPath = (stack: string): string => stackPath(stack, 'hold')

/** The emergency stop of a weight, as the parameter holds it. */
export const holdSchema = z.object({
  /** The weight that was set by hand, percent to the cloud. */
  weight: z.int().min(0).max(100),
  /** ARN of who set it. */
  by: z.string(),
  /** ISO 8601. */
  at: z.string(),
  reason: z.string(),
})
export type Hold = z.output<typeof holdSchema>

/** Why a hold refuses `up`; undefined when the settings agree with it. */
export function holdProblem(name: string, text: string, weight: number): string | undefined {
  let hold: Hold
  try {
    hold = holdSchema.parse(JSON.parse(text))
  } catch {
    return `The hold ${name} cannot be read. Look at it, then delete the parameter to release it.`
  }
  if (hold.weight === weight) return undefined
  return (
    `A hold keeps the weight at ${hold.weight}, and the settings say ${weight}. Set by ${hold.by} at ${hold.at}: ` +
    `${hold.reason}. Either set payments-lift:weight to ${hold.weight}, or, when the reason is gone, release it: ` +
    `aws ssm delete-parameter --name ${name}`
  )
}

/** The position that the last `up` exported; undefined when there was none. */
async function deployedPosition(stack: string): Promise<Position | undefined> {
  const name = `${pulumi.getOrganization()}/${project}/${stack}`
  const itself = new pulumi.StackReference('deployed', { name })
  const [phase, weight, removal] = await Promise.all(
    ['phase', 'weight', 'removal'].map((output) => itself.getOutputValue(output)),
  )
  if (!phases.includes(phase as Phase)) return undefined
  return { phase: phase as Phase, weight: Number(weight ?? 0), removal: (removal as Removal) ?? 'unprotect' }
}

/** Stops an `up` that makes an illegal move, or that disagrees with a hold. Creates nothing. */
export async function refuseIllegalMove(settings: Settings): Promise<void> {
  const { stack, weight, disposable } = settings
  const from = await deployedPosition(stack)
  const illegal = moveProblem(from, settings, { disposable })
  if (illegal) throw new pulumi.RunError(illegal)
  if (!from) return
  const { names, values } = await aws.ssm.getParametersByPath({ path: holdPath(stack) })
  for (const [index, name] of names.entries()) {
    const held = holdProblem(name, values[index] ?? '', weight)
    if (held) throw new pulumi.RunError(held)
  }
}
