/** ECS, EC2 and Lambda (API references and developer guides). */

import { given, isKnown, object, objects, type Rule, refuseIf, strings, within } from './rule.ts'

const ecsService: Rule = (inputs) => {
  const daemon = inputs.schedulingStrategy === 'DAEMON'
  return [
    ...refuseIf(
      daemon && given(inputs.desiredCount),
      'desiredCount',
      'a daemon service has no desired count',
    ),
    ...refuseIf(
      daemon && objects(inputs.capacityProviderStrategies).length > 0,
      'capacityProviderStrategies',
      'a daemon service takes launchType EC2 and no capacity provider strategy',
    ),
    ...refuseIf(daemon && inputs.launchType === 'FARGATE', 'launchType', 'a daemon service runs on EC2'),
    ...refuseIf(
      given(inputs.launchType) && objects(inputs.capacityProviderStrategies).length > 0,
      'launchType',
      'is not given together with capacityProviderStrategies',
    ),
    ...refuseIf(
      inputs.launchType === 'FARGATE' && !given(inputs.networkConfiguration),
      'networkConfiguration',
      'a Fargate service needs subnets and security groups',
    ),
    ...within(inputs, 'deploymentMinimumHealthyPercent', 0, 100),
    ...refuseIf(
      daemon && Number(inputs.deploymentMaximumPercent ?? 100) > 200,
      'deploymentMaximumPercent',
      'is at most 200',
    ),
  ]
}

/** Fargate's sizes: memory in MiB that each CPU (1024 = 1 vCPU) may have. */
const fargateMemory: Record<number, [least: number, most: number, step: number]> = {
  256: [512, 2048, 512],
  512: [1024, 4096, 1024],
  1024: [2048, 8192, 1024],
  2048: [4096, 16_384, 1024],
  4096: [8192, 30_720, 1024],
  8192: [16_384, 61_440, 4096],
  16384: [32_768, 122_880, 8192],
}

const taskDefinition: Rule = (inputs) => {
  if (!strings(inputs.requiresCompatibilities).includes('FARGATE'))
    return refuseIf(inputs.networkMode === 'awsvpc' && given(inputs.ipcMode), 'ipcMode', 'is not for awsvpc')
  const [cpu, memory] = [Number(inputs.cpu), Number(inputs.memory)]
  const sizes = fargateMemory[cpu]
  return [
    ...refuseIf(inputs.networkMode !== 'awsvpc', 'networkMode', 'must be awsvpc on Fargate'),
    ...refuseIf(
      !given(inputs.executionRoleArn),
      'executionRoleArn',
      'Fargate needs it to pull images and write logs',
    ),
    ...refuseIf(
      isKnown(inputs.cpu) && sizes === undefined,
      'cpu',
      `Fargate has no size of ${inputs.cpu}; ${Object.keys(fargateMemory).join(', ')}`,
    ),
    ...refuseIf(
      sizes !== undefined &&
        isKnown(inputs.memory) &&
        (memory < sizes[0] || memory > sizes[1] || (memory % sizes[2] !== 0 && memory !== 512)),
      'memory',
      `with cpu ${cpu} Fargate has ${sizes?.[0]} to ${sizes?.[1]} MiB in steps of ${sizes?.[2]}; is ${inputs.memory}`,
    ),
    ...objects(inputs.volumes).flatMap((volume, i) =>
      refuseIf(given(volume.hostPath), `volumes[${i}].hostPath`, 'does not exist on Fargate'),
    ),
  ]
}

const capacityProvider: Rule = (inputs) =>
  refuseIf(
    /^(aws|ecs|fargate)/i.test(String(inputs.name ?? '')),
    'name',
    'must not begin with aws, ecs or fargate',
  )

const secondsPerStep = 60

const lambdaFunction: Rule = (inputs) => {
  const size = object(inputs.ephemeralStorage).size
  return [
    ...refuseIf(isKnown(inputs.name) && String(inputs.name).length > 64, 'name', 'is at most 64 characters'),
    ...within(inputs, 'timeout', 1, 15 * secondsPerStep),
    ...within(inputs, 'memorySize', 128, 10_240),
    ...refuseIf(
      typeof size === 'number' && (size < 512 || size > 10_240),
      'ephemeralStorage.size',
      'must be 512 to 10240 MB',
    ),
    ...refuseIf(
      inputs.packageType !== 'Image' && (!given(inputs.runtime) || !given(inputs.handler)),
      given(inputs.runtime) ? 'handler' : 'runtime',
      'is needed for a function that is no image',
    ),
    ...refuseIf(
      !given(inputs.code) && !given(inputs.s3Bucket) && !given(inputs.imageUri),
      'code',
      'one of code, s3Bucket and imageUri is needed',
    ),
    ...refuseIf(
      given(inputs.snapStart) && String(inputs.runtime).startsWith('nodejs'),
      'snapStart',
      'does not exist for Node.js',
    ),
    ...refuseIf(
      inputs.replaceSecurityGroupsOnDestroy === true && !given(inputs.replacementSecurityGroupIds),
      'replacementSecurityGroupIds',
      'is needed with replaceSecurityGroupsOnDestroy',
    ),
    ...Object.keys(object(object(inputs.environment).variables)).flatMap((key) =>
      refuseIf(
        /^(AWS_(REGION|LAMBDA|ACCESS|SECRET|SESSION|DEFAULT_REGION|EXECUTION_ENV)|LAMBDA_)/.test(key),
        `environment.variables.${key}`,
        'is reserved by Lambda',
      ),
    ),
  ]
}

const eventInvoke: Rule = (inputs) => [
  ...within(inputs, 'maximumRetryAttempts', 0, 2),
  ...within(inputs, 'maximumEventAgeInSeconds', 60, 21_600),
]

const eventSource: Rule = (inputs) => [
  ...within(inputs, 'batchSize', 1, 10_000),
  ...refuseIf(
    object(inputs.scalingConfig).maximumConcurrency !== undefined &&
      Number(object(inputs.scalingConfig).maximumConcurrency) < 2,
    'scalingConfig.maximumConcurrency',
    'is at least 2',
  ),
]

const launchTemplate: Rule = (inputs) =>
  refuseIf(
    Number(object(inputs.metadataOptions).httpPutResponseHopLimit ?? 1) > 64,
    'metadataOptions.httpPutResponseHopLimit',
    'is at most 64',
  )

export const compute: Record<string, Rule[]> = {
  'aws:ecs/service:Service': [ecsService],
  'aws:ecs/taskDefinition:TaskDefinition': [taskDefinition],
  'aws:ecs/capacityProvider:CapacityProvider': [capacityProvider],
  'aws:lambda/function:Function': [lambdaFunction],
  'aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig': [eventInvoke],
  'aws:lambda/eventSourceMapping:EventSourceMapping': [eventSource],
  'aws:ec2/launchTemplate:LaunchTemplate': [launchTemplate],
}
