import {
  CloudWatchClient,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch'
import {
  DescribeListenersCommand,
  ElasticLoadBalancingV2Client,
  ModifyListenerCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { holdProblem } from '../../../hold.ts'
import { albFrontDoor } from '../../../migration/front-door/alb.ts'
import { shiftTo } from '../../../migration/steps/shift.ts'
import type { StepContext } from '../../../migration/steps/step.ts'
import { type Balancer, createBalancer } from '../../../rehearsal/aws/balancer.ts'
import { testMoto } from '../../aws.ts'
import { needs } from '../../parts.ts'

const test = needs('python moto')
let balancer: Balancer
let door: ReturnType<typeof albFrontDoor>
const holdPath = '/payments-lift/test/hold'
const why = { by: 'runner host 1', reason: 'p99 over its bound' }

test.before(async () => {
  balancer = await createBalancer(await testMoto())
  door = albFrontDoor({ ...balancer, holdPath, alarmPrefix: 'payments-lift-test-' })
})

const listener = async () => {
  const { Listeners } = await new ElasticLoadBalancingV2Client({}).send(
    new DescribeListenersCommand({ ListenerArns: [balancer.listener] }),
  )
  return Listeners?.[0]
}
const parameter = async () => {
  const { Parameter } = await new SSMClient({}).send(new GetParameterCommand({ Name: `${holdPath}/weight` }))
  return Parameter?.Value ?? ''
}

test.serial(
  'a weight is moved in the fixed order, nothing else of the listener changes, a hold is left',
  async (t) => {
    t.deepEqual(await door.weights(), { onPremises: 100, cloud: 0 })
    const before = await listener()
    await door.setWeights({ onPremises: 95, cloud: 5 }, why)
    t.deepEqual(await door.weights(), { onPremises: 95, cloud: 5 })
    const after = await listener()
    t.deepEqual(after?.DefaultActions?.[0]?.ForwardConfig?.TargetGroups, [
      { TargetGroupArn: balancer.onPremisesTargetGroup, Weight: 95 },
      { TargetGroupArn: balancer.cloudTargetGroup, Weight: 5 },
    ])
    t.like(after?.DefaultActions?.[0]?.ForwardConfig?.TargetGroupStickinessConfig, { Enabled: false })
    t.like(after, { Port: before?.Port, Protocol: before?.Protocol, ListenerArn: before?.ListenerArn })

    // The program's next up is refused until its settings agree.
    t.is(holdProblem('hold', await parameter(), 5), undefined)
    t.regex(
      holdProblem('hold', await parameter(), 0) ?? '',
      /keeps the weight at 5, and the settings say 0\. Set by arn:aws:sts::\d+:\S+ \(runner host 1\) at \d{4}-/,
    )
    t.is(await door.held(), undefined, 'an orderly move is no emergency')
  },
)

test.serial(
  'the emergency way back leaves its hold first, keeps others from moving, and is released by hand',
  async (t) => {
    await door.setWeights({ onPremises: 75, cloud: 25 }, why)
    await door.fallBack(why)
    t.deepEqual(await door.weights(), { onPremises: 100, cloud: 0 })
    t.like(JSON.parse(await parameter()), { weight: 0, emergency: true, reason: why.reason })
    t.like(await door.held(), { weight: 0, reason: why.reason })
    t.regex((await door.held())?.by ?? '', /^arn:/)
    const context = { lift: { frontDoor: door } } as unknown as StepContext
    await t.throwsAsync(async () => shiftTo.check?.(context, 1), {
      message: /a hold keeps the weight at 0: set by arn:.* «p99 over its bound».* release-hold/,
    })
    await door.release()
    await door.release()
    t.is(await door.held(), undefined)
  },
)

test.serial('without a hold the weight goes back all the same, and the next one is warned', async (t) => {
  await door.setWeights({ onPremises: 75, cloud: 25 }, why)
  // A path that SSM does not take.
  const lame = albFrontDoor({ ...balancer, holdPath: '/aws/forbidden' })
  await t.throwsAsync(lame.fallBack(why), {
    message:
      /^p99 over its bound: the weight of the cloud side is back at 0, but no hold could be written: [\s\S]*Set payments-lift:weight to 0 before anyone runs up/,
  })
  t.deepEqual(await door.weights(), { onPremises: 100, cloud: 0 })
  await t.throwsAsync(lame.setWeights({ onPremises: 0, cloud: 100 }, why), { message: /ssm:PutParameter/ })
  t.deepEqual(await door.weights(), { onPremises: 100, cloud: 0 }, 'an orderly move needs its hold')
})

test.serial('a hold that cannot be read lets nobody move a weight', async (t) => {
  await new SSMClient({}).send(
    new PutParameterCommand({
      Name: `${holdPath}/weight`,
      Value: 'scribble',
      Type: 'String',
      Overwrite: true,
    }),
  )
  await t.throwsAsync(door.held(), { message: /the hold .*\/weight cannot be read/ })
  await door.release()
})

test.serial('each side is counted by its target group, from the first whole minute on', async (t) => {
  const minute = Math.floor(Date.now() / 60_000) * 60_000 - 180_000
  const put = (at: number, arn: string, MetricName: string, Value: number) => ({
    MetricName,
    Timestamp: new Date(at),
    Value,
    Dimensions: [
      {
        Name: 'LoadBalancer',
        Value: balancer.listener.split(/:listener\//)[1]?.replace(/\/[^/]+$/, '') as string,
      },
      { Name: 'TargetGroup', Value: arn.split(':').at(-1) as string },
    ],
  })
  const { cloudTargetGroup, onPremisesTargetGroup } = balancer
  await new CloudWatchClient({}).send(
    new PutMetricDataCommand({
      Namespace: 'AWS/ApplicationELB',
      MetricData: [
        put(minute, cloudTargetGroup, 'RequestCount', 1000),
        put(minute + 60_000, cloudTargetGroup, 'RequestCount', 40),
        put(minute + 120_000, cloudTargetGroup, 'RequestCount', 2),
        put(minute + 60_000, cloudTargetGroup, 'HTTPCode_Target_5XX_Count', 3),
        put(minute + 60_000, cloudTargetGroup, 'TargetConnectionErrorCount', 4),
        put(minute + 60_000, onPremisesTargetGroup, 'RequestCount', 7),
      ],
    }),
  )
  const { cloud, onPremises } = await door.metrics(minute + 1)
  t.like(cloud, { requests: 42, errors: 7 })
  t.like(onPremises, { requests: 7, errors: 0 })
})

test.serial('a weight does not rise while an alarm of the lift fires', async (t) => {
  const client = new CloudWatchClient({})
  for (const AlarmName of ['payments-lift-test-cloud-errors', 'payments-lift-other-cloud-errors']) {
    await client.send(
      new PutMetricAlarmCommand({
        AlarmName,
        AlarmDescription: 'The cloud side answers with server errors. Runbook: runbooks/shift-traffic.md',
        MetricName: 'x',
        Namespace: 'y',
        Statistic: 'Sum',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 1,
        ComparisonOperator: 'GreaterThanThreshold',
      }),
    )
    t.deepEqual(await door.alarms(), [])
  }
  for (const AlarmName of ['payments-lift-test-cloud-errors', 'payments-lift-other-cloud-errors']) {
    await client.send(new SetAlarmStateCommand({ AlarmName, StateValue: 'ALARM', StateReason: 'a test' }))
  }
  t.deepEqual(await door.alarms(), [
    'payments-lift-test-cloud-errors: The cloud side answers with server errors. Runbook: runbooks/shift-traffic.md',
  ])
  await t.throwsAsync(
    async () => shiftTo.check?.({ lift: { frontDoor: door } } as unknown as StepContext, 1),
    {
      message: /no weight rises while an alarm fires: payments-lift-test-cloud-errors: The cloud side/,
    },
  )
})

test.serial('a listener that is not this one is told apart', async (t) => {
  const client = new ElasticLoadBalancingV2Client({})
  const answer = { Type: 'fixed-response' as const, FixedResponseConfig: { StatusCode: '503' } }
  await t.throwsAsync(
    albFrontDoor({
      ...balancer,
      cloudTargetGroup: 'arn:x',
      onPremisesTargetGroup: 'arn:y',
      holdPath,
    }).weights(),
    {
      message: /sends nothing to either side/,
    },
  )
  await t.throwsAsync(
    albFrontDoor({ ...balancer, onPremisesTargetGroup: undefined, holdPath }).fallBack(why),
    {
      message: /no way back to on-premises any more/,
    },
  )
  await t.throwsAsync(albFrontDoor({ ...balancer, listener: `${balancer.listener}0`, holdPath }).weights(), {
    message: /there is no arn:.*ListenerNotFound/,
  })
  await client.send(new ModifyListenerCommand({ ListenerArn: balancer.listener, DefaultActions: [answer] }))
  await t.throwsAsync(door.weights(), { message: /does not forward to any target group: run up first/ })
})
