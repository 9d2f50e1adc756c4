import { type Hold, holdName, holdSchema } from '../../hold.ts'
import { AwsError } from '../aws/errors.ts'
import { calling, lazily, patience } from '../aws/service.ts'
import type { HoldStore } from './holds.ts'

/** Keeps a stack's hold in SSM, where the program reads it before `up`. */
export function ssmHolds(path: string, region?: string): HoldStore {
  const Name = holdName(path)
  const load = lazily(async () => {
    const sdk = await import('@aws-sdk/client-ssm')
    return { sdk, client: new sdk.SSMClient({ ...patience, ...(region && { region }) }) }
  })

  return {
    /** @throws Error when what stands there cannot be read: then nobody may move a weight */
    async read(): Promise<Hold | undefined> {
      const { client, sdk } = await load()
      let text: string | undefined
      try {
        const { Parameter } = await calling('ssm:GetParameter', Name, () =>
          client.send(new sdk.GetParameterCommand({ Name })),
        )
        text = Parameter?.Value
      } catch (error) {
        if (error instanceof AwsError && error.code === 'ParameterNotFound') return undefined
        throw error
      }
      try {
        return holdSchema.parse(JSON.parse(text ?? ''))
      } catch {
        throw new Error(
          `the hold ${Name} cannot be read; look at it, then delete the parameter to release it`,
        )
      }
    },
    async write(hold: Hold): Promise<void> {
      const { client, sdk } = await load()
      await calling('ssm:PutParameter', Name, () =>
        client.send(
          new sdk.PutParameterCommand({
            Name,
            Type: 'String',
            Overwrite: true,
            Value: JSON.stringify(hold),
          }),
        ),
      )
    },
    async remove(): Promise<void> {
      const { client, sdk } = await load()
      try {
        await calling('ssm:DeleteParameter', Name, () =>
          client.send(new sdk.DeleteParameterCommand({ Name })),
        )
      } catch (error) {
        if (!(error instanceof AwsError && error.code === 'ParameterNotFound')) throw error
      }
    },
  }
}
