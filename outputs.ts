import { z } from 'zod'
import { phases } from './phases.ts'

/**
 * The contract between the program and the runbooks: what index.ts exports, and what a runbook reads. Parts that a
 * phase does not have yet, or no longer has, are absent.
 */

const login = z.strictObject({
  host: z.string(),
  port: z.int(),
  name: z.string(),
  /** ARN of the secret with the login of the services' role. */
  applicationSecretArn: z.string(),
  /** ARN of the secret with the login of the role that replicates. */
  replicationSecretArn: z.string(),
  /** ARN of the secret with the login that owns the tables. */
  ownerSecretArn: z.string(),
})

const frontDoor = z.strictObject({
  dnsName: z.string(),
  listenerArn: z.string(),
  /** `app/…`, as CloudWatch's metrics name it. */
  metricName: z.string(),
  cloudTargetGroupArn: z.string(),
  /** Absent once the source is left for good. */
  onPremisesTargetGroupArn: z.string().optional(),
})

const gate = z.strictObject({
  host: z.string(),
  port: z.int(),
  /** The ECS service whose tasks each have an agent. */
  service: z.string(),
  agentPort: z.int(),
  agentKeySecretArn: z.string(),
  routeTable: z.string(),
})

const runner = z.strictObject({
  family: z.string(),
  watchdogService: z.string(),
  journalBucket: z.string(),
  /** Of the lock, and of what the watchdog guards. */
  deskBucket: z.string(),
  subnetIds: z.array(z.string()),
  securityGroupId: z.string(),
})

/** A schedule of EventBridge that fires what writes to the database. */
const schedule = z.strictObject({ group: z.string(), name: z.string() })

export const outputsSchema = z.strictObject({
  stack: z.string(),
  region: z.string(),
  accountId: z.string(),
  phase: z.enum(phases),
  /** Percent of requests that go to the cloud. */
  weight: z.int().min(0).max(100),
  removal: z.enum(['unprotect', 'remove']),
  cluster: z.string(),
  alertsTopicArn: z.string(),
  /** Parameters below it stop `up` until the settings agree; see deployed.ts. */
  holdPath: z.string(),
  window: z.strictObject({ startsAt: z.string(), hours: z.int(), timezone: z.string() }),
  approvals: z.strictObject({ required: z.int(), approvers: z.array(z.string()) }),
  frontDoor,
  /** The database that is being left; absent once it is left for good. */
  source: login.optional(),
  /** From `replicate` on. */
  target: login.extend({ readerHost: z.string(), cluster: z.string() }).optional(),
  gate: gate.optional(),
  /** Held while a switchover runs; absent when there is none. */
  schedules: z.array(schedule).optional(),
  runner: runner.optional(),
})

export type StackOutputs = z.output<typeof outputsSchema>

/**
 * What runner and watchdog get in their environment, as JSON in STACK_OUTPUTS: no Pulumi is there to ask. It lacks what
 * changes with the weight, so that moving one starts no task anew, and the runner itself, whose task is being made.
 */
export const taskOutputsSchema = outputsSchema.omit({
  phase: true,
  weight: true,
  removal: true,
  runner: true,
})
export type TaskOutputs = z.output<typeof taskOutputsSchema>

/** What the program exports: the same, where each value may still be on its way. */
export type Exported<Value> = Value extends (infer Each)[]
  ? Exported<Each>[] | PromiseLikeOutput<Each[]>
  : Value extends object
    ? { [Key in keyof Value]: Exported<Value[Key]> }
    : Value | PromiseLikeOutput<Value>

/** Pulumi's Output, without importing it: runbooks read this file too. */
export interface PromiseLikeOutput<Value> {
  apply<Result>(func: (value: Value) => Result): unknown
}

/** The outputs of a stack, as `pulumi stack output --json` prints them. Throws with every key that is wrong. */
export function readOutputs(json: unknown): StackOutputs {
  const result = outputsSchema.safeParse(json)
  if (result.success) return result.data
  const lines = result.error.issues.map(({ path, message }) => `  ${path.join('.') || '(all)'}: ${message}`)
  throw new Error(`the stack's outputs are not those this version reads; run up again:\n${lines.join('\n')}`)
}
