import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'

const secrets = new SecretsManagerClient({})

/** The value of a secret, read once, while the function starts; a rotated one is seen by the instances after. */
export async function readSecret(arn: string): Promise<string> {
  const { SecretString: value } = await secrets.send(new GetSecretValueCommand({ SecretId: arn }))
  if (!value) throw new Error(`the secret ${arn} has no text; a runbook writes it before the function starts`)
  return value
}
