import type { WireObject } from '../../engine/stand-in/wire.ts'

/** One way to be wrong. */
export interface Row {
  token: string
  /** The logical name; «one» where it does not matter. */
  name?: string
  /** Inputs with nothing wrong. */
  right: WireObject
  /** What is changed in them. */
  wrong: Record<string, unknown>
  /** Words that one failure must have. */
  says: string[]
}

const grant = (more: object) => ({
  policy: JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*', ...more }],
  }),
})
const rolePolicy = { token: 'aws:iam/rolePolicy:RolePolicy', right: { role: 'someone', ...grant({}) } }

const container = (more: object) => ({
  containerDefinitions: JSON.stringify([{ name: 'api', image: 'i', essential: true, ...more }]),
})
const task = {
  token: 'aws:ecs/taskDefinition:TaskDefinition',
  right: {
    family: 'api',
    requiresCompatibilities: ['FARGATE'],
    networkMode: 'awsvpc',
    cpu: '256',
    memory: '512',
    executionRoleArn: 'arn:aws:iam::123456789012:role/exec',
    ...container({}),
  },
}
/** Types, policies and container definitions that AWS would refuse. */
export const refusedInputs: Record<string, Row> = {
  'a file where a string belongs': {
    token: 'aws:ssm/parameter:Parameter',
    right: { type: 'String', value: 'x' },
    wrong: { value: { '4dabf18193072939515e22adb298388d': 'c44067f5952c0a294b673a41bacd8c17', text: 'x' } },
    says: ['value', 'got an asset'],
  },
  'a string where a list belongs': {
    token: 'aws:rds/subnetGroup:SubnetGroup',
    right: { subnetIds: ['subnet-1'] },
    wrong: { subnetIds: 'subnet-1' },
    says: ['subnetIds', 'expected a list of strings'],
  },
  'a policy that is not JSON': {
    ...rolePolicy,
    wrong: { policy: 'allow it' },
    says: ['policy', 'is not JSON'],
  },
  'a policy of an old version': {
    ...rolePolicy,
    wrong: { policy: '{"Version":"2008-10-17","Statement":[]}' },
    says: ['Version must be'],
  },
  'a policy without a statement': {
    ...rolePolicy,
    wrong: { policy: '{"Version":"2012-10-17","Statement":[]}' },
    says: ['has no Statement'],
  },
  'a statement without a resource': {
    ...rolePolicy,
    wrong: grant({ Resource: undefined }),
    says: ['Statement[0] must have Resource'],
  },
  'a statement with an empty list': {
    ...rolePolicy,
    wrong: grant({ Resource: [] }),
    says: ['has an empty Resource'],
  },
  'an action that does not exist': {
    ...rolePolicy,
    wrong: grant({ Action: 's3:FetchObject' }),
    says: ['no action of s3'],
  },
  'an action of no service': {
    ...rolePolicy,
    wrong: grant({ Action: 'ss3:GetObject' }),
    says: ['not known here: ss3'],
  },
  'a resource that is no ARN': {
    ...rolePolicy,
    wrong: grant({ Resource: 'bucket' }),
    says: ['neither an ARN nor *'],
  },
  'a principal in an identity policy': {
    ...rolePolicy,
    wrong: grant({ Principal: '*' }),
    says: ['must not have a Principal'],
  },
  'an unknown condition operator': {
    ...rolePolicy,
    wrong: grant({ Condition: { StringIs: { a: 'b' } } }),
    says: ['unknown operator StringIs'],
  },
  'a trust policy for no service': {
    token: 'aws:iam/role:Role',
    right: {
      assumeRolePolicy:
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"lambda.amazonaws.com"}}]}',
    },
    wrong: {
      assumeRolePolicy:
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"lambda.amazon.com"}}]}',
    },
    says: ['assumeRolePolicy', 'is not a service principal'],
  },
  'a container port that is a string': {
    ...task,
    wrong: container({ portMappings: [{ containerPort: '8080' }] }),
    says: ['containerDefinitions[0].portMappings[0].containerPort', 'expected a whole number'],
  },
  'a container without an image': {
    ...task,
    wrong: container({ image: undefined }),
    says: ['[0].image', 'missing'],
  },
  'a log driver that Fargate lacks': {
    ...task,
    wrong: container({ logConfiguration: { logDriver: 'syslog' } }),
    says: ['logConfiguration.logDriver', 'does not exist on Fargate'],
  },
  'a mount of no volume': {
    ...task,
    wrong: container({ mountPoints: [{ sourceVolume: 'tmp', containerPath: '/tmp' }] }),
    says: ['mountPoints[0].sourceVolume', 'has no volume "tmp"'],
  },
  'a wait for a health that nobody checks': {
    ...task,
    wrong: container({ dependsOn: [{ containerName: 'api', condition: 'HEALTHY' }] }),
    says: ['dependsOn[0].condition', 'no healthCheck'],
  },
  'a Fargate size that does not exist': {
    ...task,
    wrong: { memory: '8192' },
    says: ['memory', '512 to 2048 MiB'],
  },
  'a host path on Fargate': {
    ...task,
    wrong: { volumes: [{ name: 'v', hostPath: '/var' }] },
    says: ['volumes[0].hostPath'],
  },
}
