/** What Lambda checks against roles, queues and buckets. */

import { given, object, objects } from '../rules/rule.ts'
import type { Wire } from '../wire.ts'
import type { Thing } from '../world.ts'
import { firstReason, type Precondition, type Scene, text } from './scene.ts'

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

/** AWS's default for an account; 100 of them always stay unreserved. */
const accountConcurrency = 1000

export const functionNeeds: Precondition = (scene) => {
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

export const destinationNeeds: Precondition = (scene) => {
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

export const sourceNeeds: Precondition = (scene) => {
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

export const notificationNeeds: Precondition = (scene) => {
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
