import { ofType, refers } from '../find.ts'
import type { Resource, Rule } from '../rule.ts'
import { bucketsWritten } from './functions.ts'

const types = {
  bucket: 'aws:s3/bucket:Bucket',
  notification: 'aws:s3/bucketNotification:BucketNotification',
  lambda: 'aws:lambda/function:Function',
}

const bucketOf = (notification: Resource, resources: readonly Resource[]) =>
  ofType(resources, types.bucket).find((bucket) => refers(notification, 'bucket', bucket))

/** From bucket to bucket, through the functions that a file in the first starts and that write to the second. */
function ways(resources: readonly Resource[]): Map<string, { to: string; through: string }[]> {
  const found = new Map<string, { to: string; through: string }[]>()
  const buckets = ofType(resources, types.bucket)
  for (const notification of ofType(resources, types.notification)) {
    const from = bucketOf(notification, resources)
    if (!from) continue
    const started = ofType(resources, types.lambda).filter(({ urn }) =>
      (notification.propertyDependencies.lambdaFunctions ?? []).includes(urn),
    )
    for (const lambda of started) {
      const written = new Set(bucketsWritten(lambda, resources))
      const targets = buckets.filter(({ inputs }) => written.has(String(inputs.bucket)))
      const steps = targets.map(({ name }) => ({ to: name, through: lambda.name }))
      found.set(from.name, [...(found.get(from.name) ?? []), ...steps])
    }
  }
  return found
}

const selfFeeding: Rule = {
  name: 'no-self-feeding-trigger',
  level: 'mandatory',
  lesson:
    'A function that writes where a file starts it starts itself, without end; the bill is the first to notice.',
  mend: 'Write to another bucket, one whose files start nothing on the way back.',
  check: (resources) => {
    const edges = ways(resources)
    const back = (start: string, at: string, path: string[]): string[] | undefined => {
      for (const { to, through } of edges.get(at) ?? []) {
        if (to === start) return [...path, through, to]
        if (path.includes(to)) continue
        const found = back(start, to, [...path, through, to])
        if (found) return found
      }
      return undefined
    }
    return ofType(resources, types.bucket).flatMap((resource) => {
      const loop = back(resource.name, resource.name, [resource.name])
      return loop ? [{ resource, says: `a file in it starts what writes to it: ${loop.join(' → ')}` }] : []
    })
  },
}

const oneOwner: Rule = {
  name: 'one-owner-of-notifications',
  level: 'mandatory',
  lesson:
    'A bucket has one notification configuration; of two resources that write it the last wins, and files start nothing.',
  mend: 'Put all notifications of the bucket into one resource.',
  check: (resources) =>
    ofType(resources, types.bucket).flatMap((resource) => {
      const owners = ofType(resources, types.notification).filter((each) => refers(each, 'bucket', resource))
      return owners.length > 1
        ? [
            {
              resource,
              says: `${owners.map(({ name }) => name).join(' and ')} overwrite each other's notifications`,
            },
          ]
        : []
    }),
}

export const bucketRules: Rule[] = [selfFeeding, oneOwner]
