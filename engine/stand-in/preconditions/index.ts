/** What AWS checks against other resources when one is made or changed: the order of things, and rights. */

import type { Place } from '../identity.ts'
import { canonical } from '../replacements.ts'
import { given, object, objects, strings } from '../rules/rule.ts'
import type { WireObject } from '../wire.ts'
import type { World } from '../world.ts'
import { destinationNeeds, functionNeeds, notificationNeeds, sourceNeeds } from './functions.ts'
import { alarmNeeds, anomalyNeeds, budgetNeeds, filterNeeds, logGroupNeeds } from './messages.ts'
import { firstReason, keyPolicy, type Precondition, text } from './scene.ts'

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

/** Disks of a key that Auto Scaling may not use: no host starts. */
const groupNeeds: Precondition = (scene) => {
  const id = object(scene.inputs.launchTemplate).id
  const template = scene.all('aws:ec2/launchTemplate:LaunchTemplate').find((one) => one.id === id)
  return firstReason(objects(template?.inputs.blockDeviceMappings), ({ ebs }) => {
    const policy = keyPolicy(object(ebs).kmsKeyId, scene)
    return policy === undefined || policy.includes('AWSServiceRoleForAutoScaling')
      ? undefined
      : 'Client.InternalError: Client error on launch: the key of the disks does not allow AWSServiceRoleForAutoScaling'
  })
}

/** A network balancer writes access logs of TLS connections only. */
const listenerNeeds: Precondition = ({ inputs, all }) => {
  const balancer = all('aws:lb/loadBalancer:LoadBalancer').find((one) => one.arn === inputs.loadBalancerArn)
  return balancer?.inputs.loadBalancerType === 'network' &&
    object(balancer.inputs.accessLogs).enabled === true &&
    inputs.protocol !== 'TLS'
    ? `the access logs of ${balancer.id} would never hold a line of a ${inputs.protocol} listener`
    : undefined
}

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
  'aws:budgets/budget:Budget': budgetNeeds,
  'aws:costexplorer/anomalySubscription:AnomalySubscription': anomalyNeeds,
  'aws:autoscaling/group:Group': groupNeeds,
  'aws:lb/listener:Listener': listenerNeeds,
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
