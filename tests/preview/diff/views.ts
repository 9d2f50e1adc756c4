import type { ChangeView, View } from '../../../preview/report/view.ts'

/** A report with as many changes, of every kind: destroys, replaces, updates, creates, and guardrails that break. */
export function manyChanges(number: number, only?: ChangeView['op']): View {
  const ops = ['delete', 'replace', 'update', 'create'] as const
  const changes = Array.from({ length: number }, (_, index): ChangeView => {
    const op = only ?? ops[index % ops.length]!
    return {
      op,
      name: `component-${index % 20}-resource-with-a-long-name-${index}`,
      type: ['s3 Bucket', 'rds Cluster', 'ecs Service', 'kms Key'][index % 4]!,
      component: `component-${index % 20}`,
      protect: index % 2 === 0,
      ...(index % 3 === 0 && { lost: 'the bucket and every object in it' }),
      revision: false,
      causes:
        op === 'create' || op === 'delete'
          ? []
          : [
              {
                path: 'someProperty.deep[0].inside',
                old: 'x'.repeat(80),
                now: 'y'.repeat(80),
                replaces: op === 'replace',
              },
            ],
    }
  })
  const broken = changes.filter((_, index) => index % 10 === 0)
  return {
    version: 1,
    base: 'main (a1b2c3d)',
    head: 'this tree',
    findings: [
      ...changes
        .filter(({ op }) => op === 'delete' || op === 'replace')
        .map(({ name, op, causes }) => ({
          level: 'stop' as const,
          kind: 'lost' as const,
          names: [name],
          says: `would be ${op === 'delete' ? 'destroyed' : 'replaced'}: the bucket and every object in it`,
          ...(causes[0] && { cause: { path: causes[0].path, old: causes[0].old, now: causes[0].now } }),
          stacks: ['prod'],
        })),
    ],
    stacks: [
      {
        stack: 'prod',
        position: 'canary, weight 5',
        disposable: false,
        now: {
          changes,
          rebuilt: [],
          guardrails: broken.map(({ name }, index) => ({
            rule: `rule-${index % 15}`,
            level: 'mandatory',
            name,
            says: 'is not encrypted with a key of ours',
            mend: 'Name the KMS key of its class of data.',
            lesson:
              'A snapshot, a disk or a bucket that leaves the account is readable, unless a key of ours says no.',
          })),
          guardrailsBefore: 0,
          waived: 3,
          roles: changes.map(({ name }) => `${name} gains s3:GetObject on arn:aws:s3:::bucket/*`),
          opened: [],
          closed: [],
          usd: { before: 100, after: 250, sourced: false },
          costs: changes.map(({ name }) => ({ name, usd: 1, byUse: true, now: 'an alarm' })),
          unknown: 500,
        },
      },
    ],
    assumptions: ['List prices of us-east-1.'],
  }
}
