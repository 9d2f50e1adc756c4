import * as z from 'zod/mini'

/** Variables that are missing or wrong: one line each, without the values. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError'
}

export const text = (what: string) => z.string(what).check(z.minLength(1, what))
export const secretArn = z
  .string('the ARN of a secret')
  .check(z.regex(/^arn:[a-z-]+:secretsmanager:/, 'the ARN of a secret'))
export const queueUrl = z.url('the URL of a queue')
export const whole = (least: number, most: number, what: string) =>
  z.coerce.number(what).check(z.int(what), z.minimum(least, what), z.maximum(most, what))

/**
 * What a service needs of its environment, checked when it starts. An empty variable counts as absent: that is how
 * task definitions leave one out.
 */
export function readEnvironment<Shape extends z.core.$ZodShape>(
  service: string,
  schema: z.ZodMiniObject<Shape>,
  variables: NodeJS.ProcessEnv = process.env,
): z.output<z.ZodMiniObject<Shape>> {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''))
  const result = schema.safeParse(given)
  if (result.success) return result.data
  const problems = result.error.issues.map((issue) => {
    const name = String(issue.path[0])
    return `  ${name} ${given[name] === undefined ? 'is missing' : 'cannot be used'}: ${issue.message}`
  })
  throw new EnvironmentError(`${service} cannot start:\n${problems.join('\n')}`)
}
