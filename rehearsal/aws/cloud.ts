import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import type { Sandbox } from '../host/sandbox.ts'
import { type Balancer, createBalancer } from './balancer.ts'
import { selfSigned } from './certificate.ts'
import { startMoto } from './moto.ts'
import { wayToS3 } from './way-to-s3.ts'

/** What the lift needs of AWS, in an emulator. */
export interface Cloud {
  balancer: Balancer
  routeTable: string
  agentKey: string
  agentKeySecret: string
  certificate: ReturnType<typeof selfSigned>
  journal: string
  desk: string
  holdPath: string
  /** Puts the bucket of the journal, its evidence and the decisions out of reach, or back. */
  cutEvidence(away: boolean): void
}

const buckets = { journal: 'lift-journal', desk: 'lift-desk' }

/** Starts the emulator; from here on this process and those it starts take it for AWS. */
export async function startCloud(sandbox: Sandbox): Promise<Cloud> {
  const moto = await startMoto(sandbox)
  // Journals are on this disk before they are in the bucket; here that is the sandbox's.
  const way = await wayToS3(moto.url)
  Object.assign(process.env, moto.environment, {
    AWS_ENDPOINT_URL_S3: way.url,
    XDG_STATE_HOME: join(sandbox.dir, 'state'),
  })
  const [s3, dynamo, secrets] = [
    new S3Client(moto.client),
    new DynamoDBClient(moto.client),
    new SecretsManagerClient(moto.client),
  ]
  for (const Bucket of Object.values(buckets)) await s3.send(new CreateBucketCommand({ Bucket }))
  const routeTable = 'lift-routes'
  await dynamo.send(
    new CreateTableCommand({
      TableName: routeTable,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'gate', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'gate', AttributeType: 'S' }],
    }),
  )
  const agentKey = randomBytes(24).toString('hex')
  const { ARN } = await secrets.send(
    new CreateSecretCommand({ Name: 'lift/agent-key', SecretString: agentKey }),
  )
  return {
    balancer: await createBalancer(moto),
    routeTable,
    agentKey,
    agentKeySecret: ARN as string,
    certificate: selfSigned(),
    journal: `s3://${buckets.journal}/rehearsal`,
    desk: `s3://${buckets.desk}/rehearsal`,
    holdPath: '/payments-lift/rehearsal/hold',
    cutEvidence: (away) => way.cut(away ? buckets.journal : undefined),
  }
}
