import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { stackPath } from './components/names.ts'
import { holdProblem } from './hold.ts'
import { moveProblem, type Phase, type Position, phases, type Removal } from './phases.ts'
import { project, type Settings } from './settings.ts'

/** Where a stack's holds stand in SSM: one parameter each, made by the emergency way back, deleted to release it. */
export const holdPath = (stack: string): string => stackPath(stack, 'hold')

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
