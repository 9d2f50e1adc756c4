import { z } from 'zod'
import { calling, lazily, patience } from './service.ts'

/** The text of a secret in Secrets Manager. */
export function secretReader(region?: string) {
  const load = lazily(async () => {
    const sdk = await import('@aws-sdk/client-secrets-manager')
    return { sdk, client: new sdk.SecretsManagerClient({ ...patience, ...(region && { region }) }) }
  })
  return async (arn: string): Promise<string> => {
    const { client, sdk } = await load()
    const { SecretString } = await calling('secretsmanager:GetSecretValue', arn, () =>
      client.send(new sdk.GetSecretValueCommand({ SecretId: arn })),
    )
    if (!SecretString) throw new Error(`the secret ${arn} has no text: write its value first`)
    return SecretString
  }
}

/** A database login, as RDS writes it; `sslmode` where the server speaks no TLS, or proves itself otherwise. */
const loginSchema = z.object({
  username: z.string().min(1),
  password: z.string().min(1),
  sslmode: z.string().optional(),
})
export type Login = z.output<typeof loginSchema>

/** Never says what the text was. */
export function parseLogin(text: string, where: string): Login {
  try {
    return loginSchema.parse(JSON.parse(text))
  } catch {
    throw new Error(`${where} is no login: write {"username": "…", "password": "…"} as RDS does`)
  }
}
