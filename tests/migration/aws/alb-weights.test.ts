import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2'
import test from 'ava'
import fc from 'fast-check'
import { readWeights, withWeights } from '../../../migration/front-door/alb.ts'
import { albMetrics, sideMetrics } from '../../../migration/front-door/alb-metrics.ts'

test('percentiles: the worst minute stands for all; nothing counted is nothing', (t) => {
  t.deepEqual(
    sideMetrics([
      { id: 'requests', values: [10, 20] },
      { id: 'p50', values: [0.01, 0.02] },
      { id: 'p99', values: [0.9, 0.1] },
    ]),
    { requests: 30, errors: 0, p50Ms: 20, p99Ms: 900 },
  )
  t.deepEqual(sideMetrics([]), { requests: 0, errors: 0, p50Ms: 0, p99Ms: 0 })
})

test('a minute that has only begun is not asked for', async (t) => {
  const { of } = albMetrics('app/x/1', 'us-east-1', undefined)
  t.deepEqual(await of('targetgroup/x/1', 1_000_001, 1_000_002), sideMetrics([]))
})

test('weights: written and read back, whatever else the listener forwards to and does', (t) => {
  const groups = { listener: 'l', onPremisesTargetGroup: 'on', cloudTargetGroup: 'cloud' }
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 100 }),
      fc.integer({ min: 0, max: 999 }),
      fc.boolean(),
      (cloud, third, swapped) => {
        const two = [
          { TargetGroupArn: 'on', Weight: 60 },
          { TargetGroupArn: 'cloud', Weight: 40 },
        ]
        const actions: Action[] = [
          { Type: 'authenticate-oidc', Order: 1 },
          {
            Type: 'forward',
            Order: 2,
            TargetGroupArn: 'on',
            ForwardConfig: {
              TargetGroups: [
                ...(swapped ? two.toReversed() : two),
                { TargetGroupArn: 'third', Weight: third },
              ],
              TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: 60 },
            },
          },
        ]
        const moved = withWeights(actions, groups, { onPremises: 100 - cloud, cloud })
        t.deepEqual(readWeights(moved, groups), { onPremises: 100 - cloud, cloud })
        t.deepEqual(moved[0], actions[0])
        t.deepEqual(moved[1], {
          Type: 'forward',
          Order: 2,
          ForwardConfig: {
            TargetGroups: [
              { TargetGroupArn: 'on', Weight: 100 - cloud },
              { TargetGroupArn: 'cloud', Weight: cloud },
              { TargetGroupArn: 'third', Weight: third },
            ],
            TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: 60 },
          },
        })
      },
    ),
    { numRuns: 50 },
  )
})
