import * as pulumi from '@pulumi/pulumi'

const secretName = /(PASSWORD|PASSWD|SECRET|TOKEN|PRIVATE_?KEY|API_?KEY|CREDENTIALS?)$/i
const secretValue = /:\/\/[^/\s:@]+:[^/\s@]+@|-----BEGIN|AKIA[0-9A-Z]{16}/

/**
 * Why an environment would carry a secret in plain sight: by a variable's name (an ARN or an id of a secret is none),
 * or by a value that looks like one.
 */
export function environmentProblems(environment: Record<string, unknown>): string[] {
  return Object.entries(environment).flatMap(([key, value]) => [
    ...(secretName.test(key)
      ? [`environment ${key} looks like a secret; hand over its ARN as ${key}_ARN and fetch it`]
      : []),
    ...(typeof value === 'string' && secretValue.test(value)
      ? [`environment ${key} has a secret in its value; hand over the ARN of the secret`]
      : []),
  ])
}

/** The same values, refused when Pulumi knows one of them for a secret. */
export const plainEnvironment = (
  environment: Record<string, pulumi.Input<string>>,
  where: string,
): Record<string, pulumi.Output<string>> =>
  Object.fromEntries(
    Object.entries(environment).map(([key, value]) => {
      const output = pulumi.output(value)
      const checked = pulumi.all([output, pulumi.isSecret(output)]).apply(([text, secret]) => {
        if (secret)
          throw new Error(`${where}: environment ${key} is a secret; hand over its ARN and fetch it`)
        return text
      })
      return [key, checked]
    }),
  )
