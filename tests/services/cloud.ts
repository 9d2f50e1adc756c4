import { finder } from '../../preview/find.ts'
import { record } from '../../preview/record.ts'
import type { Inputs } from '../../preview/values.ts'
import { forMoto, Iam } from './iam.ts'
import { accountId, region, startMoto } from './moto.ts'
import type { PolicyStatement } from './policy.ts'

type Variables = Record<string, string>

/** The parts of the program that run code, and where it registers what each gets. */
export const parts = {
  settlement: { role: 'settlement-function-role', lambda: 'settlement-function-function' },
  webhooks: { role: 'webhooks-role', lambda: 'webhooks-function' },
  'log-shipper': { role: 'logs-shipper-role', lambda: 'logs-shipper-function' },
  'outbox-relay': { role: 'outbox-relay-worker-task', task: 'outbox-relay-worker-definition' },
} as const
export type PartName = keyof typeof parts

const secretPath = '/payments-lift/prod/services/'

/** An action of IAM, STS or Secrets Manager, before moto enforces anything. */
async function query(moto: string, service: string, parameters: Variables): Promise<string> {
  const response = await fetch(moto, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `AWS4-HMAC-SHA256 Credential=anybody/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: new URLSearchParams(parameters),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${parameters.Action}: ${text}`)
  return text
}

const element = (xml: string, name: string): string => new RegExp(`<${name}>([^<]+)</${name}>`).exec(xml)![1]!

/** Calls that need no rights, of an API with JSON, through the user `admin`. */
export interface Cloud {
  iam: Iam
  /** Everything the program registers, with what AWS knows filled in. */
  found: Awaited<ReturnType<typeof registered>>
  /** Environment of a part, as registered, with the credentials of its role. */
  environment(part: PartName): Variables
  policy(part: PartName): PolicyStatement[]
  /** From now on the part has this policy. */
  admit(part: PartName, policy: PolicyStatement[]): void
  /** Credentials that may do everything, for what the test itself looks at. */
  admin: Variables
  /** Goes past {@link Cloud.iam}. */
  moto: string
  close(): void
}

async function registered(address: string, secretArns: Variables) {
  const arnOf = (service: string, rest: string) => `arn:aws:${service}:${region}:${accountId}:${rest}`
  const known = (type: string, inputs: Inputs): Inputs => {
    const name = String(inputs.name ?? '')
    switch (type) {
      case 'aws:secretsmanager/secret:Secret':
        return { arn: secretArns[name] ?? arnOf('secretsmanager', `secret:${name}-AbCdEf`) }
      case 'aws:kms/key:Key':
        return { arn: arnOf('kms', `key/${String(inputs.description).split(' ').at(-1)}`) }
      case 'aws:sqs/queue:Queue':
        return { url: `${address}/${accountId}/${name}` }
      case 'aws:lb/loadBalancer:LoadBalancer':
        return { dnsName: `${name}.elb.amazonaws.com` }
      default:
        return {}
    }
  }
  return finder(await record({ stack: 'prod', phase: 'canary', known }))
}

/** Moto with what the program registers in it, and IAM before it; the secrets have these values. */
export async function startCloud(secrets: Variables): Promise<Cloud> {
  const moto = await startMoto()
  const arns: Variables = {}
  for (const [name, value] of Object.entries(secrets)) {
    const parameters = { Name: secretPath + name, SecretString: value }
    const text = await json(moto, 'secretsmanager', 'secretsmanager.CreateSecret', parameters)
    arns[secretPath + name] = (JSON.parse(text) as { ARN: string }).ARN
  }
  const keys = new Map<string, string>()
  const iam = new Iam((resource) => keys.get(resource) ?? keys.get(resource.split('/')[0]!))
  const close = await iam.listen(moto)
  const found = await registered(iam.address, arns)
  await create(moto, found, keys, arns)

  const policies = Object.fromEntries(
    Object.entries(parts).map(([part, { role }]) => [part, policyOf(found, role)]),
  ) as Record<PartName, PolicyStatement[]>
  const credentials: Record<string, Variables> = {}
  const admit = (part: PartName, policy: PolicyStatement[]) =>
    iam.admit({ role: part, accessKeyId: credentials[part]!.AWS_ACCESS_KEY_ID!, policy })
  for (const part of Object.keys(parts) as PartName[]) {
    credentials[part] = await assume(moto, part, forMoto(policies[part]))
    admit(part, policies[part])
  }
  const everything = [{ Sid: 'All', Effect: 'Allow' as const, Action: ['*'], Resource: '*' }]
  const admin = await assume(moto, 'admin', everything)
  iam.admit({ role: 'admin', accessKeyId: admin.AWS_ACCESS_KEY_ID!, policy: everything })
  await fetch(`${moto}/moto-api/reset-auth`, { method: 'POST', body: '0' })

  const common = { AWS_REGION: region, AWS_ENDPOINT_URL: iam.address, AWS_MAX_ATTEMPTS: '1' }
  return {
    iam,
    found,
    moto,
    close,
    admin: { ...common, ...admin },
    policy: (part) => policies[part],
    admit,
    environment: (part) => ({ ...common, ...variablesOf(found, part), ...credentials[part]! }),
  }
}

type Found = Cloud['found']

const policyOf = (found: Found, role: string): PolicyStatement[] => {
  const policy = found.all('aws:iam/rolePolicy:RolePolicy').find(({ name }) => name === role)?.inputs.policy
  return policy === undefined ? [] : (policy as unknown as { Statement: PolicyStatement[] }).Statement
}

/** The variables that the program registers for a part. Secrets of a task are left out: ECS reads those. */
export function variablesOf(found: Found, part: PartName): Variables {
  const where = parts[part]
  if ('lambda' in where) {
    const { environment } = found.get('aws:lambda/function:Function', where.lambda).inputs
    return (environment as { variables: Variables }).variables
  }
  const { containerDefinitions } = found.get('aws:ecs/taskDefinition:TaskDefinition', where.task).inputs
  const [container] = JSON.parse(String(containerDefinitions)) as {
    environment: { name: string; value: string }[]
  }[]
  return Object.fromEntries(container!.environment.map(({ name, value }) => [name, value]))
}

async function assume(moto: string, role: string, policy: PolicyStatement[]): Promise<Variables> {
  const trust = JSON.stringify({ Version: '2012-10-17', Statement: [] })
  await query(moto, 'iam', { Action: 'CreateRole', RoleName: role, AssumeRolePolicyDocument: trust })
  await query(moto, 'iam', {
    Action: 'PutRolePolicy',
    RoleName: role,
    PolicyName: role,
    PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: policy }),
  })
  const xml = await query(moto, 'sts', {
    Action: 'AssumeRole',
    RoleArn: `arn:aws:iam::${accountId}:role/${role}`,
    RoleSessionName: 'test',
  })
  return {
    AWS_ACCESS_KEY_ID: element(xml, 'AccessKeyId'),
    AWS_SECRET_ACCESS_KEY: element(xml, 'SecretAccessKey'),
    AWS_SESSION_TOKEN: element(xml, 'SessionToken'),
  }
}

async function json(moto: string, service: string, target: string, body: object): Promise<string> {
  const authorization = `AWS4-HMAC-SHA256 Credential=anybody/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`
  const type = service === 'secretsmanager' ? 'application/x-amz-json-1.1' : 'application/x-amz-json-1.0'
  const headers = { authorization, 'x-amz-target': target, 'content-type': type }
  const response = await fetch(moto, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${target}: ${await response.text()}`)
  return response.text()
}

/** Queues, buckets and tables as registered, and which key each is encrypted with. */
async function create(
  moto: string,
  found: Found,
  keys: Map<string, string>,
  secretArns: Variables,
): Promise<void> {
  const queues = found.all('aws:sqs/queue:Queue').map(({ inputs }) => inputs)
  // Dead letters first: the other queues name them.
  for (const { name, kmsMasterKeyId, redrivePolicy, visibilityTimeoutSeconds } of queues.toSorted(
    (a, b) => Number('redrivePolicy' in a) - Number('redrivePolicy' in b),
  )) {
    const attributes = {
      ...(redrivePolicy !== undefined && { RedrivePolicy: String(redrivePolicy) }),
      ...(visibilityTimeoutSeconds !== undefined && { VisibilityTimeout: String(visibilityTimeoutSeconds) }),
    }
    await json(moto, 'sqs', 'AmazonSQS.CreateQueue', { QueueName: name, Attributes: attributes })
    keys.set(`arn:aws:sqs:${region}:${accountId}:${name}`, String(kmsMasterKeyId))
  }
  for (const { inputs } of found.all('aws:dynamodb/table:Table')) {
    await json(moto, 'dynamodb', 'DynamoDB_20120810.CreateTable', {
      TableName: inputs.name,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: inputs.hashKey, KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: inputs.hashKey, AttributeType: 'S' }],
    })
    const { kmsKeyArn } = inputs.serverSideEncryption as { kmsKeyArn: string }
    keys.set(`arn:aws:dynamodb:${region}:${accountId}:table/${inputs.name}`, kmsKeyArn)
  }
  for (const name of ['settlement-source', 'settlement-destination']) {
    const bucket = String(found.get('aws:s3/bucket:Bucket', name).inputs.bucket)
    const authorization = `AWS4-HMAC-SHA256 Credential=anybody/20260101/${region}/s3/aws4_request, SignedHeaders=host, Signature=0`
    const put = (path: string, body: string) =>
      fetch(`${moto}/${path}`, { method: 'PUT', headers: { authorization }, body })
    const location = `<CreateBucketConfiguration><LocationConstraint>${region}</LocationConstraint></CreateBucketConfiguration>`
    await put(bucket, location)
    await put(
      `${bucket}?versioning`,
      '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>',
    )
    const { rules } = found.get(
      'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration',
      `${name}-encryption`,
    ).inputs as unknown as { rules: { applyServerSideEncryptionByDefault: { kmsMasterKeyId: string } }[] }
    keys.set(`arn:aws:s3:::${bucket}`, rules[0]!.applyServerSideEncryptionByDefault.kmsMasterKeyId)
  }
  for (const { inputs } of found.all('aws:secretsmanager/secret:Secret')) {
    const arn = secretArns[String(inputs.name)]
    if (arn) keys.set(arn, String(inputs.kmsKeyId))
  }
}
