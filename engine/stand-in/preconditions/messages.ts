/** What CloudWatch and billing check, or silently need, of keys. */

import { given, objects, strings } from '../rules/rule.ts'
import { firstReason, keyPolicy, type Precondition, type Scene, text } from './scene.ts'

export const logGroupNeeds: Precondition = (scene) => {
  if (!given(scene.inputs.kmsKeyId)) return undefined
  const policy = keyPolicy(scene.inputs.kmsKeyId, scene)
  return policy === undefined ||
    (policy.includes(`logs.${scene.place.region}.amazonaws.com`) &&
      policy.includes('kms:EncryptionContext:aws:logs:arn'))
    ? undefined
    : `AccessDeniedException: The specified KMS key does not exist or is not allowed to be used with ${scene.inputs.name}`
}

export const filterNeeds: Precondition = ({ inputs, all }) =>
  all('aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter').filter(
    (f) => f.inputs.logGroup === inputs.logGroup && f.inputs.name !== inputs.name,
  ).length >= 2
    ? 'LimitExceededException: Resource limit exceeded (two subscription filters a log group)'
    : undefined

/** A message to a topic whose key its sender may not use is lost, and nobody is told. */
const topicHears = (arns: string[], sender: string, scene: Scene): string | undefined =>
  firstReason(arns, (arn) => {
    const topic = scene.all('aws:sns/topic:Topic').find((one) => one.arn === arn)
    const policy = topic && keyPolicy(topic.inputs.kmsMasterKeyId, scene)
    return policy === undefined || policy.includes(`${sender}.amazonaws.com`)
      ? undefined
      : `KMSAccessDenied: the key of ${arn} does not allow ${sender}.amazonaws.com, so nothing would arrive`
  })

export const alarmNeeds: Precondition = (scene) => {
  const { inputs, place } = scene
  if (inputs.metricName === 'EstimatedCharges' && place.region !== 'us-east-1')
    return `the metric EstimatedCharges exists in us-east-1 only, not in ${place.region}: the alarm would never fire`
  return topicHears([...strings(inputs.alarmActions), ...strings(inputs.okActions)], 'cloudwatch', scene)
}

export const budgetNeeds: Precondition = (scene) =>
  topicHears(
    objects(scene.inputs.notifications).flatMap((one) => strings(one.subscriberSnsTopicArns)),
    'budgets',
    scene,
  )

export const anomalyNeeds: Precondition = (scene) =>
  topicHears(
    objects(scene.inputs.subscribers).map(({ address }) => text(address)),
    'costalerts',
    scene,
  )
