import type { Action, TargetGroupTuple } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Hold } from '../../hold.ts'
import { operator } from '../aws/operator.ts'
import { calling, lazily, patience } from '../aws/service.ts'
import { albMetrics, sideMetrics } from './alb-metrics.ts'
import type { FrontDoor, Weights, Why } from './front-door.ts'
import { emergencyIn, fallBackUnder } from './holds.ts'
import { localFrontDoor } from './local.ts'
import { ssmHolds } from './ssm-holds.ts'

export interface AlbFrontDoorOptions {
  /** ARN: `arn:aws:elasticloadbalancing:eu-central-1:111111111111:listener/app/pay/…/…`. */
  listener: string
  cloudTargetGroup: string
  onPremisesTargetGroup?: string | undefined
  holdPath: string
  alarmPrefix?: string | undefined
  metrics?: string | undefined
}

/**
 * An ALB whose listener forwards to [on-premises, cloud, others] by weight. Settings own the weights, so whoever moves
 * one first leaves a hold, which stops the next `up` until the settings agree.
 */
export function albFrontDoor(options: AlbFrontDoorOptions): FrontDoor {
  const { listener, holdPath } = options
  const region = listener.split(':')[3] as string
  const load = lazily(async () => {
    const sdk = await import('@aws-sdk/client-elastic-load-balancing-v2')
    return { sdk, client: new sdk.ElasticLoadBalancingV2Client({ ...patience, region }) }
  })
  const hold = ssmHolds(holdPath, region)
  const counts = albMetrics(loadBalancerOf(listener), region, options.alarmPrefix)
  const counter = options.metrics === undefined ? undefined : localFrontDoor(options.metrics, hold)

  async function actions(): Promise<Action[]> {
    const { client, sdk } = await load()
    const { Listeners = [] } = await calling('elasticloadbalancing:DescribeListeners', listener, () =>
      client.send(new sdk.DescribeListenersCommand({ ListenerArns: [listener] })),
    )
    return Listeners[0]?.DefaultActions ?? []
  }

  async function move(weights: Weights): Promise<void> {
    const DefaultActions = withWeights(await actions(), options, weights)
    const { client, sdk } = await load()
    await calling('elasticloadbalancing:ModifyListener', listener, () =>
      client.send(new sdk.ModifyListenerCommand({ ListenerArn: listener, DefaultActions })),
    )
  }

  const holdOf = async ({ by, reason }: Why, weight: number, emergency: boolean): Promise<Hold> => ({
    weight,
    by: `${await operator()} (${by})`,
    at: new Date().toISOString(),
    reason,
    emergency,
  })

  return {
    kind: 'alb',
    async weights() {
      return readWeights(await actions(), options)
    },
    async setWeights(weights, why) {
      await hold.write(await holdOf(why, weights.cloud, false))
      await move(weights)
    },
    async fallBack(why) {
      await fallBackUnder(
        hold,
        () => holdOf(why, 0, true),
        () => move({ onPremises: 100, cloud: 0 }),
        why.reason,
      )
    },
    held: () => emergencyIn(hold),
    release: () => hold.remove(),
    async metrics(since) {
      if (counter) return counter.metrics(since)
      const { cloudTargetGroup, onPremisesTargetGroup } = options
      const [onPremises, cloud] = await Promise.all([
        onPremisesTargetGroup ? counts.of(onPremisesTargetGroup, since) : sideMetrics([]),
        counts.of(cloudTargetGroup, since),
      ])
      return { onPremises, cloud }
    },
    alarms: () => counts.alarms(),
    async close() {},
  }
}

type Groups = Pick<AlbFrontDoorOptions, 'listener' | 'cloudTargetGroup' | 'onPremisesTargetGroup'>

/** `app/pay/50dc6c495c0c9188`, as CloudWatch names the balancer, from its listener's ARN. */
const loadBalancerOf = (listener: string): string =>
  /:listener\/((?:app|net)\/[^/]+\/[^/]+)\//.exec(listener)?.[1] ?? listener

function forwardOf(actions: Action[], { listener }: Groups): TargetGroupTuple[] {
  const forward = actions.find(({ Type }) => Type === 'forward')
  if (!forward) throw new Error(`the listener ${listener} does not forward to any target group: run up first`)
  return forward.ForwardConfig?.TargetGroups ?? [{ TargetGroupArn: forward.TargetGroupArn, Weight: 100 }]
}

/** The listener's actions with other weights and everything else as it was, in the order on-premises, cloud, others. */
export function withWeights(actions: Action[], groups: Groups, weights: Weights): Action[] {
  const { cloudTargetGroup, onPremisesTargetGroup } = groups
  if (!onPremisesTargetGroup && weights.onPremises > 0)
    throw new Error('there is no way back to on-premises any more: its target group is gone')
  const others = forwardOf(actions, groups).filter(
    ({ TargetGroupArn }) => TargetGroupArn !== cloudTargetGroup && TargetGroupArn !== onPremisesTargetGroup,
  )
  const TargetGroups = [
    ...(onPremisesTargetGroup ? [{ TargetGroupArn: onPremisesTargetGroup, Weight: weights.onPremises }] : []),
    { TargetGroupArn: cloudTargetGroup, Weight: weights.cloud },
    ...others,
  ]
  return actions.map((action) => {
    if (action.Type !== 'forward') return action
    // AWS refuses an action that names its group twice.
    const { TargetGroupArn: _, ...rest } = action
    return { ...rest, ForwardConfig: { ...action.ForwardConfig, TargetGroups } }
  })
}

/** The live weights, as percent of the two sides together. */
export function readWeights(actions: Action[], groups: Groups): Weights {
  const weightOf = (arn: string | undefined) =>
    forwardOf(actions, groups).find(({ TargetGroupArn }) => TargetGroupArn === arn)?.Weight ?? 0
  const [onPremises, cloud] = [weightOf(groups.onPremisesTargetGroup), weightOf(groups.cloudTargetGroup)]
  const sum = onPremises + cloud
  if (sum === 0)
    throw new Error(
      `the listener ${groups.listener} sends nothing to either side: it is not the front door of this stack, or somebody set both weights to 0`,
    )
  const percent = Math.round((100 * cloud) / sum)
  return { onPremises: 100 - percent, cloud: percent }
}
