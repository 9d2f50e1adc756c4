/** What AWS checks against other resources when one is made or changed: the order of things, and rights. */

import type { Place } from './identity.ts'
import { canonical } from './replacements.ts'
import { given, object, objects, strings } from './rules/rule.ts'
import type { Wire, WireObject } from './wire.ts'
import type { Thing, World } from './world.ts'

interface Scene {
  inputs: WireObject
  place: Place
  /** The living resources of a type. */
  all: (token: string) => Thing[]
}

type Precondition = (scene: Scene) => string | undefined

const text = (value: Wire | undefined): string => (typeof value === 'string' ? value : '')
const firstReason = <T>(items: T[], reasonOf: (item: T) => string | undefined): string | undefined => {
  for (const item of items) {
    const reason = reasonOf(item)
    if (reason !== undefined) return reason
  }
  return undefined
}

/** The policies of a role, as one text: inline, attached, and the names of AWS's own. */
const grantsOf = (role: string, { all }: Scene): string => {
  const name = role.split('/').at(-1)!
  const mine = (thing: Thing) => text(thing.inputs.role).split('/').at(-1) === name
  const attached = all('aws:iam/rolePolicyAttachment:RolePolicyAttachment').filter(mine)
  const managed = all('aws:iam/policy:Policy').filter((p) =>
    attached.some((a) => a.inputs.policyArn === p.arn),
  )
  return JSON.stringify([
    all('aws:iam/rolePolicy:RolePolicy')
      .filter(mine)
      .map((thing) => thing.inputs.policy),
    managed.map((thing) => thing.inputs.policy),
    attached.map((thing) => thing.inputs.policyArn),
    all('aws:iam/role:Role')
      .filter((r) => r.id === name)
      .map((r) => [r.inputs.inlinePolicies ?? '', r.inputs.managedPolicyArns ?? '']),
  ])
}

const functionOf = (nameOrArn: Wire | undefined, { all }: Scene): Thing | undefined =>
  all('aws:lambda/function:Function').find(
    (f) => text(nameOrArn) === f.id || text(nameOrArn).startsWith(f.arn),
  )

/** The text of a key's policy; undefined when the key is not of this world. */
const keyPolicy = (key: Wire | undefined, { all }: Scene): string | undefined => {
  const found = all('aws:kms/key:Key').find((k) => k.arn === key || k.id === key)
  return found === undefined ? undefined : text(found.inputs.policy)
}

const serviceNeeds: Precondition = (scene) => {
  const { inputs, all } = scene
  const listeners = [
    'aws:lb/listener:Listener',
    'aws:alb/listener:Listener',
    'aws:lb/listenerRule:ListenerRule',
    'aws:alb/listenerRule:ListenerRule',
  ].flatMap(all)
  const providers = all('aws:ecs/clusterCapacityProviders:ClusterCapacityProviders')
    .filter(({ inputs: i }) => text(inputs.cluster).endsWith(`/${text(i.clusterName)}`))
    .flatMap((thing) => strings(thing.inputs.capacityProviders))
  return (
    firstReason(objects(inputs.loadBalancers), ({ targetGroupArn }) =>
      given(targetGroupArn) &&
      !listeners.some((one) => JSON.stringify(one.inputs).includes(text(targetGroupArn)))
        ? `InvalidParameterException: The target group with targetGroupArn ${targetGroupArn} does not have an associated load balancer`
        : undefined,
    ) ??
    firstReason(objects(inputs.capacityProviderStrategies), ({ capacityProvider }) =>
      providers.includes(text(capacityProvider))
        ? undefined
        : `InvalidParameterException: The capacity provider ${capacityProvider} is not associated with the cluster`,
    )
  )
}

/** AWS's default for an account; 100 of them always stay unreserved. */
const accountConcurrency = 1000

const functionNeeds: Precondition = (scene) => {
  const { inputs, all } = scene
  if (given(object(inputs.vpcConfig).subnetIds)) {
    const grants = grantsOf(text(inputs.role), scene)
    if (!/CreateNetworkInterface|AWSLambdaVPCAccessExecutionRole/.test(grants))
      return 'InvalidParameterValueException: The provided execution role does not have permissions to call CreateNetworkInterface on EC2'
  }
  const others = all('aws:lambda/function:Function').filter((f) => f.inputs.name !== inputs.name)
  const reserved = [inputs, ...others.map((f) => f.inputs)].reduce(
    (sum, i) => sum + Math.max(0, Number(i.reservedConcurrentExecutions ?? 0)),
    0,
  )
  return reserved > accountConcurrency - 100
    ? "InvalidParameterValueException: ReservedConcurrentExecutions decreases account's UnreservedConcurrentExecution below its minimum value of [100]"
    : undefined
}

const destinationNeeds: Precondition = (scene) => {
  const target = functionOf(scene.inputs.functionName, scene)
  if (target === undefined) return undefined
  const grants = grantsOf(text(target.inputs.role), scene)
  const destinations = Object.values(object(scene.inputs.destinationConfig)).map((d) =>
    text(object(d).destination),
  )
  return firstReason(
    destinations.filter((arn) => arn !== ''),
    (arn) =>
      grants.includes(arn) &&
      /sqs:SendMessage|sns:Publish|lambda:InvokeFunction|events:PutEvents|s3:PutObject/i.test(grants)
        ? undefined
        : `InvalidParameterValueException: The function's execution role does not have permissions to send to ${arn}`,
  )
}

const sourceNeeds: Precondition = (scene) => {
  const target = functionOf(scene.inputs.functionName, scene)
  const queue = scene.all('aws:sqs/queue:Queue').find((q) => q.arn === scene.inputs.eventSourceArn)
  if (target === undefined || queue === undefined) return undefined
  const [visible, timeout] = [
    Number(queue.inputs.visibilityTimeoutSeconds ?? 30),
    Number(target.inputs.timeout ?? 3),
  ]
  if (visible < timeout)
    return `InvalidParameterValueException: Queue visibility timeout: ${visible} seconds is less than Function timeout: ${timeout} seconds`
  return /sqs:ReceiveMessage|AWSLambdaSQSQueueExecutionRole/.test(grantsOf(text(target.inputs.role), scene))
    ? undefined
    : 'InvalidParameterValueException: The provided execution role does not have permissions to call ReceiveMessage on SQS'
}

const notificationNeeds: Precondition = (scene) => {
  const { inputs, all } = scene
  const permissions = all('aws:lambda/permission:Permission').filter(
    (p) => p.inputs.principal === 's3.amazonaws.com',
  )
  return firstReason(objects(inputs.lambdaFunctions), ({ lambdaFunctionArn }) => {
    const target = functionOf(lambdaFunctionArn, scene)
    const allowed = permissions.some(
      (p) => target !== undefined && functionOf(p.inputs.function, scene) === target,
    )
    return allowed
      ? undefined
      : `InvalidArgument: Unable to validate the following destination configurations: ${lambdaFunctionArn}`
  })
}

const logGroupNeeds: Precondition = (scene) => {
  if (!given(scene.inputs.kmsKeyId)) return undefined
  const policy = keyPolicy(scene.inputs.kmsKeyId, scene)
  return policy === undefined ||
    (policy.includes(`logs.${scene.place.region}.amazonaws.com`) &&
      policy.includes('kms:EncryptionContext:aws:logs:arn'))
    ? undefined
    : `AccessDeniedException: The specified KMS key does not exist or is not allowed to be used with ${scene.inputs.name}`
}

const filterNeeds: Precondition = ({ inputs, all }) =>
  all('aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter').filter(
    (f) => f.inputs.logGroup === inputs.logGroup && f.inputs.name !== inputs.name,
  ).length >= 2
    ? 'LimitExceededException: Resource limit exceeded (two subscription filters a log group)'
    : undefined

const balancerNeeds: Precondition = ({ inputs, all, place }) => {
  const logs = object(inputs.accessLogs)
  if (logs.enabled !== true) return undefined
  const denied = `InvalidConfigurationRequest: Access Denied for bucket: ${logs.bucket}. Please check S3bucket permission`
  const bucket = all('aws:s3/bucket:Bucket').find((b) => b.id === logs.bucket)
  if (bucket === undefined) return undefined
  if (bucket.region !== place.region) return `${denied} (another region)`
  const of = (token: string) => all(token).find((t) => t.inputs.bucket === bucket.id)
  const encryption = JSON.stringify(
    of('aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration')?.inputs ??
      '',
  )
  if (inputs.loadBalancerType !== 'network' && encryption.includes('aws:kms'))
    return `${denied} (SSE-S3 only)`
  const policy = text(of('aws:s3/bucketPolicy:BucketPolicy')?.inputs.policy)
  return /logdelivery\.elasticloadbalancing\.amazonaws\.com|delivery\.logs\.amazonaws\.com|elb-account/.test(
    policy,
  )
    ? undefined
    : denied
}

const providerNeeds: Precondition = ({ inputs, all }) => {
  const asg = object(inputs.autoScalingGroupProvider)
  const group = all('aws:autoscaling/group:Group').find((g) => g.arn === asg.autoScalingGroupArn)
  return asg.managedTerminationProtection === 'ENABLED' &&
    group !== undefined &&
    group.inputs.protectFromScaleIn !== true
    ? 'ClientException: The managed termination protection setting for the capacity provider is invalid: the group must have instance protection from scale in'
    : undefined
}

const alarmNeeds: Precondition = ({ inputs, place }) =>
  inputs.metricName === 'EstimatedCharges' && place.region !== 'us-east-1'
    ? `the metric EstimatedCharges exists in us-east-1 only, not in ${place.region}: the alarm would never fire`
    : undefined

const preconditions: Record<string, Precondition> = {
  'aws:ecs/service:Service': serviceNeeds,
  'aws:lambda/function:Function': functionNeeds,
  'aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig': destinationNeeds,
  'aws:lambda/eventSourceMapping:EventSourceMapping': sourceNeeds,
  'aws:s3/bucketNotification:BucketNotification': notificationNeeds,
  'aws:cloudwatch/logGroup:LogGroup': logGroupNeeds,
  'aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter': filterNeeds,
  'aws:lb/loadBalancer:LoadBalancer': balancerNeeds,
  'aws:ecs/capacityProvider:CapacityProvider': providerNeeds,
  'aws:cloudwatch/metricAlarm:MetricAlarm': alarmNeeds,
}

/** AWS's reason not to make or change a resource now, or undefined. Inputs are plain. */
export const missingFor = (
  token: string,
  inputs: WireObject,
  place: Place,
  world: World,
): string | undefined =>
  preconditions[canonical(token)]?.({
    inputs,
    place,
    all: (one) => world.all().filter((t) => t.token === one),
  })
