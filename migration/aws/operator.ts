import { calling, lazily, patience } from './service.ts'

const load = lazily(async () => {
  const sdk = await import('@aws-sdk/client-sts')
  return { sdk, client: new sdk.STSClient(patience) }
})

/** Who acts, as AWS knows them: `arn:aws:sts::123456789012:assumed-role/operator/anna`. */
export const operator = lazily(async (): Promise<string> => {
  const { client, sdk } = await load()
  const { Arn } = await calling('sts:GetCallerIdentity', 'the caller', () =>
    client.send(new sdk.GetCallerIdentityCommand({})),
  )
  return Arn ?? 'unknown to AWS'
})
