import { Aws } from '../../engine/stand-in/aws.ts'
import type { WireObject } from '../../engine/stand-in/wire.ts'
import { World } from '../../engine/stand-in/world.ts'

export const fresh = (region = 'us-east-1') => new Aws(new World(), { region, accountId: '123456789012' })
export const made = (aws: Aws, token: string, name: string, inputs: WireObject) => {
  const target = { token, name, urn: `urn:pulumi:dev::test::${token}::${name}` }
  return aws.create(target, aws.check(target, inputs, {}, name).inputs, false)
}
export const allow = (action: string, resource: string, principal?: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: action,
        Resource: resource,
        ...(principal ? { Principal: { Service: principal } } : {}),
      },
    ],
  })
