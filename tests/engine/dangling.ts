import type { World } from '../../engine/stand-in/world.ts'

const pattern = (arn: string): RegExp =>
  new RegExp(
    `^${arn
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  )

/** What AWS makes by itself, or others make while the system runs. */
const madeByOthers = [
  /:iam::\d+:root$/,
  /:role\/aws-service-role\//,
  /:s3:::prod-[a-z0-9-]+-starport-layer-bucket/,
  // The account's program makes it.
  /:policy\/payments-lift\/boundary$/,
  /:secret:rds!cluster-/,
  /:ecs:[^:]+:\d+:(service|task|container-instance)\/[^/]+\/\*?$/,
  /:ssm:[^:]+:\d+:parameter\/[^*]+\/hold(\/\*)?$/,
]

/**
 * ARNs of the stack's own account that some input names and nothing bears: a policy for a queue that is called
 * otherwise, an alarm for a topic that is not there. Each with the resource that names it.
 */
export const danglingArns = (world: World, accountId: string, settings: string): string[] => {
  const arns = world.all().map((thing) => thing.arn)
  const known = new Set(arns)
  const exists = (arn: string): boolean =>
    known.has(arn) ||
    arns.some((one) => arn.startsWith(`${one}/`) || arn.startsWith(`${one}:`)) ||
    (/[*?]/.test(arn) && arns.some((one) => pattern(arn).test(one))) ||
    // Streams of a log group.
    (arn.endsWith(':*') && exists(arn.slice(0, -2)))
  const found = new Set<string>()
  for (const thing of world.all())
    for (const [arn] of JSON.stringify(thing.inputs).matchAll(/arn:aws:[\w-]+:[\w-]*:\d*:[^"\\\s,]+/g)) {
      const ours = arn.includes(`:${accountId}:`) || arn.startsWith('arn:aws:s3:::')
      if (ours && !exists(arn) && !settings.includes(arn) && !madeByOthers.some((one) => one.test(arn)))
        found.add(`${arn}, named by ${thing.urn.split('::').at(-1)}`)
    }
  return [...found]
}
