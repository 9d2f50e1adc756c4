import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { calling, lazily, patience } from '../aws/service.ts'
import { StaleTokenError } from '../epoch.ts'
import type { Side } from './gate.ts'

/** What a pooler that starts must know: where requests go, and whether they wait. */
export interface RouteRecord {
  /** The token last obeyed (epoch.ts). */
  token: number
  state: 'open' | 'paused'
  side: Side
}

/** A gate that was never switched. */
export const unswitched: RouteRecord = { token: 0, state: 'open', side: 'source' }

export interface RouteStore {
  readonly place: string
  read(): Promise<RouteRecord>
  /** Changes what is named and leaves the rest. @throws StaleTokenError when a later token stands there */
  write(token: number, change: Partial<Pick<RouteRecord, 'state' | 'side'>>): Promise<void>
}

/** The item of one gate in DynamoDB. It is evidence, and what a pooler starts with; the decision record is the truth. */
export function routeTable(table: string, gate: string, region?: string): RouteStore {
  const load = lazily(async () => {
    const sdk = await import('@aws-sdk/client-dynamodb')
    return { sdk, client: new sdk.DynamoDBClient({ ...patience, ...(region && { region }) }) }
  })
  const place = `${table}/${gate}`
  const Key = { gate: { S: gate } }

  return {
    place,
    async read() {
      const { client, sdk } = await load()
      const { Item } = await calling('dynamodb:GetItem', place, () =>
        client.send(new sdk.GetItemCommand({ TableName: table, Key, ConsistentRead: true })),
      )
      return Item ? recordOf(Item) : unswitched
    },
    async write(token, change) {
      const { client, sdk } = await load()
      const { state, side } = change
      const values: Record<string, AttributeValue> = {
        ':token': { N: String(token) },
        ':at': { S: new Date().toISOString() },
        ':state': { S: state ?? unswitched.state },
        ':side': { S: side ?? unswitched.side },
      }
      const kept = (name: string, given: unknown) =>
        given ? `:${name}` : `if_not_exists(#${name}, :${name})`
      const update = new sdk.UpdateItemCommand({
        TableName: table,
        Key,
        ConditionExpression: 'attribute_not_exists(#token) OR #token <= :token',
        UpdateExpression: `SET #token = :token, changedAt = :at, #state = ${kept('state', state)}, #side = ${kept('side', side)}`,
        ExpressionAttributeNames: { '#token': 'token', '#state': 'state', '#side': 'side' },
        ExpressionAttributeValues: values,
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      })
      const refused = await calling('dynamodb:UpdateItem', place, async () => {
        try {
          await client.send(update)
          return undefined
        } catch (error) {
          if (error instanceof sdk.ConditionalCheckFailedException) return error
          throw error
        }
      })
      if (refused)
        throw new StaleTokenError(`the route store ${place}`, token, Number(refused.Item?.token?.N))
    },
  }
}

const recordOf = (item: Record<string, AttributeValue>): RouteRecord => ({
  token: Number(item.token?.N ?? 0),
  state: item.state?.S === 'paused' ? 'paused' : 'open',
  side: item.side?.S === 'target' ? 'target' : 'source',
})
