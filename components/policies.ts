import type * as pulumi from '@pulumi/pulumi'

/** A policy that this project will not write; the message says which statement and what to write instead. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError'
}

type Principals =
  | { Service: string[] }
  | { AWS: pulumi.Input<string>[] }
  | { Federated: pulumi.Input<string>[] }
  | '*'
type Conditions = Record<string, Record<string, pulumi.Input<string | string[]> | pulumi.Input<string>[]>>

/** Every resource, and why nothing narrower will do. Made by {@link anyResource}. */
export interface AnyResource {
  reason: string
}

export interface Statement {
  /** Letters and digits, and unique in the program: a reason for `*` is found by it. Say who does what. */
  sid: string
  /** Default: Allow. */
  effect?: 'Allow' | 'Deny'
  /** Such as `s3:GetObject`; in an Allow never `*` and never a service's `s3:*`. */
  actions: string[]
  /** ARNs, or {@link anyResource}. Left out in a role's trust policy only. */
  resources?: pulumi.Input<string>[] | AnyResource
  /** Who, in a policy that belongs to a resource. */
  principals?: Principals
  conditions?: Conditions
  /**
   * Who makes these calls with the role, and when, where it is not the code that has the role. A test runs that code
   * and asks that it needs every grant that says nothing here.
   */
  calledBy?: string
}

export interface PolicyStatement {
  Sid: string
  Effect: 'Allow' | 'Deny'
  Action: string[]
  Resource?: pulumi.Input<string>[] | '*'
  Principal?: Principals
  Condition?: Conditions
}

export interface PolicyDocument {
  Version: '2012-10-17'
  Statement: PolicyStatement[]
}

const reasons = new Map<string, string>()
const callers = new Map<string, string>()

/** Who makes the calls of a statement, by its id, where it is not the code. */
export const otherCallers = (): ReadonlyMap<string, string> => callers

/** The written reasons for `*` resources, by statement id. */
export const anyResourceReasons = (): ReadonlyMap<string, string> => reasons

/**
 * `*` as resource. The reason is part of the call, shown by the preview and checked by tests.
 * @example anyResource('ec2:DescribeInstances cannot be narrowed to a resource')
 */
export function anyResource(reason: string): AnyResource {
  if (reason.trim().split(/\s+/).length < 4) {
    throw new PolicyError(`a reason of «${reason}» is none; write in a sentence why nothing narrower will do`)
  }
  return { reason }
}

const isAny = (resources: Statement['resources']): resources is AnyResource =>
  resources !== undefined && !Array.isArray(resources)

function check({ sid, effect, actions, resources, principals, conditions }: Statement): void {
  if (!/^[A-Za-z0-9]+$/.test(sid)) throw new PolicyError(`sid «${sid}»: write letters and digits only`)
  if (actions.length === 0) throw new PolicyError(`${sid}: name at least one action`)
  if (effect === 'Deny') return
  const wide = actions.find((action) => /^\*$|:\*$/.test(action))
  if (wide)
    throw new PolicyError(`${sid}: the action ${wide} grants everything; name the actions that are called`)
  if (Array.isArray(resources) && resources.includes('*')) {
    throw new PolicyError(
      `${sid}: the resource * needs a written reason: anyResource('why nothing narrower will do')`,
    )
  }
  if (principals === '*' && !conditions) {
    throw new PolicyError(`${sid}: the principal * lets the whole world in; name who, or add a condition`)
  }
}

function write(statement: Statement): PolicyStatement {
  check(statement)
  const { sid, effect = 'Allow', actions, resources, principals, conditions, calledBy } = statement
  if (calledBy !== undefined) callers.set(sid, calledBy)
  if (isAny(resources)) reasons.set(sid, resources.reason)
  return {
    Sid: sid,
    Effect: effect,
    Action: actions,
    ...(resources && { Resource: isAny(resources) ? '*' : resources }),
    ...(principals && { Principal: principals }),
    ...(conditions && { Condition: conditions }),
  }
}

/** A policy as an object, so that a preview shows it also where an ARN is not known yet. */
export const policy = (statements: Statement[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: statements.map(write),
})

/** Services that say for which account they assume a role; for the others the condition would refuse every call. */
const saysForWhom = new Set([
  'ecs-tasks.amazonaws.com',
  'ecs.amazonaws.com',
  'scheduler.amazonaws.com',
  'vpc-flow-logs.amazonaws.com',
  'monitoring.rds.amazonaws.com',
  'firehose.amazonaws.com',
])

/** The trust policy of a role that an AWS service takes, for this account only where the service says so. */
export const trust = (service: string, accountId: string): PolicyDocument =>
  policy([
    {
      sid: 'Assume',
      actions: ['sts:AssumeRole'],
      principals: { Service: [service] },
      ...(saysForWhom.has(service) && { conditions: { StringEquals: { 'aws:SourceAccount': accountId } } }),
    },
  ])

/** What every bucket says: no plain HTTP, and TLS 1.2 or later. Add the grants the bucket needs. */
export const bucketPolicy = (bucketArn: pulumi.Output<string>, grants: Statement[] = []): PolicyDocument =>
  policy([
    {
      sid: 'RefusePlainHttp',
      effect: 'Deny',
      actions: ['s3:*'],
      resources: [bucketArn, bucketArn.apply((arn) => `${arn}/*`)],
      principals: '*',
      conditions: { Bool: { 'aws:SecureTransport': 'false' } },
    },
    {
      sid: 'RefuseOldTls',
      effect: 'Deny',
      actions: ['s3:*'],
      resources: [bucketArn, bucketArn.apply((arn) => `${arn}/*`)],
      principals: '*',
      conditions: { NumericLessThan: { 's3:TlsVersion': '1.2' } },
    },
    ...grants,
  ])
