import { setTimeout as delay } from 'node:timers/promises'
import { S3Client } from '@aws-sdk/client-s3'
import type { ExecutionContext } from 'ava'
import { otherCallers } from '../../components/policies.ts'
import { SettlementBuckets } from '../../services/settlement/files.ts'
import type { PartName } from './cloud.ts'
import { clientSettings, poll, settlementFile, type World } from './functions-world.ts'
import type { Instance } from './instance.ts'
import { type Grant, grantsOf, type PolicyStatement, without } from './policy.ts'

/** Everything that a part does with AWS, once each. What fails on the way is not its concern. */
export type Scenario = () => Promise<void>

let numbers = 5000
const next = () => ++numbers

/** One upload of a large list that breaks off: the only time that parts are thrown away. */
async function breakOff({ cloud }: World): Promise<void> {
  const environment = cloud.environment('settlement')
  const s3 = new S3Client({ ...clientSettings(environment), forcePathStyle: true })
  const names = { source: environment.SOURCE_BUCKET!, destination: environment.DESTINATION_BUCKET! }
  const reason = 'x'.repeat(60_000)
  async function* lines() {
    for (let line = 1; line <= 100; line++) yield { line, reference: 'R', payment: 'pay_1', reason }
    throw new Error('the database went away')
  }
  await new SettlementBuckets(s3, names).writeRefused('broken.csv', lines())
}

/** A file with a line that is refused, delivered twice, and one that breaks off. */
export const settlementScenario = (world: World, instance: Instance): Scenario => {
  return async () => {
    const id = `RIGHTS-${next()}`
    const event = await world.upload(
      `${id}.csv`,
      settlementFile(id, [{ payment: 'pay_999999999', amount: 1 }]),
    )
    for (let delivery = 0; delivery < 2; delivery++) await instance.invoke(event).catch(() => {})
    await breakOff(world).catch(() => {})
  }
}

/** A call that succeeds, one that fails, one to be given up; each received and deleted as Lambda does it. */
export const webhooksScenario = (
  world: World,
  instance: Instance,
  eventOf: (id: number, data?: object) => string,
): Scenario => {
  return async () => {
    for (const body of [eventOf(next()), eventOf(next(), { fails: true }), 'no event']) await world.send(body)
    await poll(world.cloud, instance, world.queueUrl).catch(() => {})
    await world.drain(world.queueUrl)
    await world.drain(world.deadLettersUrl)
  }
}

/** What the role of a part may do that its code has to need. */
const provable = (policy: readonly PolicyStatement[]): Grant[] =>
  grantsOf(policy.filter(({ Sid }) => !otherCallers().has(Sid)))

/**
 * Both ways: with the policy as registered nothing is refused, and without any one grant something is, in AWS's words.
 * `atStart` are actions that only a new instance makes.
 */
export async function proveRights(
  t: ExecutionContext,
  { cloud }: World,
  part: PartName,
  run: Scenario,
  atStart?: { is(grant: Grant): boolean; start: Scenario },
): Promise<void> {
  const { iam } = cloud
  const policy = cloud.policy(part)
  iam.refused.length = 0
  await run()
  t.deepEqual(iam.refused, [], `${part}: a call that its role does not allow`)
  for (const grant of provable(policy)) {
    iam.refused.length = 0
    cloud.admit(part, without(policy, grant))
    await (atStart?.is(grant) ? atStart.start() : run())
    cloud.admit(part, policy)
    const words = `not authorized to perform: ${grant.action} on resource: `
    t.true(
      iam.refused.some((message) => message.includes(words)),
      `${part}: nothing needs ${grant.action} on ${grant.resource}; take it out, or say in «calledBy» who calls it`,
    )
  }
}

/** Waits until the lease of an event that a crashed instance was at is over. */
export const leaseOver = (remainingMs: number) => delay(remainingMs + 50)

/** Secrets are read when an instance starts. */
export const starting = (t: ExecutionContext, world: World, part: 'settlement' | 'webhooks') => ({
  is: ({ action, resource }: Grant) =>
    action === 'secretsmanager:GetSecretValue' || (action === 'kms:Decrypt' && resource.endsWith('/secrets')),
  start: async () => void (await world.instance(t, part).catch(() => {})),
})
