import { z } from 'zod'

/** The emergency stop of a weight, or a weight that a runbook moved, as the parameter in SSM holds it. */
export const holdSchema = z.object({
  /** The weight that was set by hand, percent to the cloud. */
  weight: z.int().min(0).max(100),
  /** ARN of who set it. */
  by: z.string(),
  /** ISO 8601. */
  at: z.string(),
  reason: z.string(),
  /** Nobody moves a weight again until it is released. */
  emergency: z.boolean().default(false),
})
export type Hold = z.output<typeof holdSchema>

/** The parameter below a stack's hold path: one, since a weight that is set replaces the one before. */
export const holdName = (path: string): string => `${path}/weight`

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
