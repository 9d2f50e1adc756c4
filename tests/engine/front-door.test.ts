import * as aws from '@pulumi/aws'
import { forwardTo } from '../../components/weights.ts'
import { Engine } from '../../engine/harness.ts'
import { needs } from '../parts.ts'
import { Lift, losses, told } from './lift.ts'

const test = needs('pulumi CLI')
let engine: Engine
test.before(async () => {
  engine = await Engine.start()
})
test.after.always(() => engine?.close())

test.serial('a third target group leaves the weights of the two alone', async (t) => {
  const door = (third: boolean) => async () => {
    const group = (name: string) =>
      new aws.lb.TargetGroup(name, { port: 443, protocol: 'HTTPS', targetType: 'ip', vpcId: 'vpc-1' }).arn
    const others = third ? [{ arn: group('blue'), weight: 0 }] : []
    new aws.lb.Listener('https', {
      loadBalancerArn: 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/door/1',
      port: 443,
      protocol: 'HTTPS',
      certificateArn: 'arn:aws:acm:eu-west-1:123456789012:certificate/1',
      defaultActions: [
        { type: 'forward', forward: { targetGroups: forwardTo(group('old'), group('new'), 10, others) } },
      ],
    })
  }
  const stack = await engine.inline(door(false), 'door', 'dev')
  t.true((await stack.run('up')).ok)
  stack.program = door(true)
  const { ok, changes } = await stack.run('up')
  t.true(ok)
  t.deepEqual(
    changes.map(({ op, name, diff }) => [op, name, diff]),
    [
      ['create', 'blue', []],
      ['update', 'https', ['defaultActions[0].forward.targetGroups[2]']],
    ],
  )
})

test.serial(
  'two zones become three, and no subnet is replaced; a hold and an illegal move are refused',
  async (t) => {
    const lift = await Lift.start(engine, 'dev')
    const first = await lift.to({ phase: 'foundation', weight: 0 })
    t.true(first.ok, first.errors.join('\n'))
    const replicated = await lift.to({ phase: 'replicate', weight: 0 })
    t.true(replicated.ok, replicated.errors.join('\n'))

    const illegal = await lift.to({ phase: 'cutover', weight: 100 }, 'preview')
    t.false(illegal.ok)
    t.regex(
      illegal.errors.join('\n'),
      /in phase replicate .* cannot move to cutover .*Legal: replicate, canary/,
    )

    const hold = {
      weight: 7,
      by: 'arn:aws:iam::111111111111:role/payments-lead',
      at: '2026-11-01T02:00:00Z',
      reason: 'timeouts',
    }
    const parameter = {
      token: 'aws:ssm/parameter:Parameter',
      urn: '',
      id: '/payments-lift/dev/hold/1',
      arn: 'arn:aws:ssm:eu-west-1:111111111111:parameter/payments-lift/dev/hold/1',
      region: 'eu-west-1',
      accountId: '111111111111',
      inputs: { name: '/payments-lift/dev/hold/1', value: JSON.stringify(hold) },
      outputs: {},
    }
    engine.standIn.world.put(parameter)
    const held = await lift.to({ phase: 'replicate', weight: 0 })
    t.false(held.ok)
    t.regex(held.errors.join('\n'), /hold keeps the weight at 7.*payments-lead.*timeouts.*delete-parameter/s)
    engine.standIn.world.remove(parameter)

    const network = (await lift.setting('network')) as { zones: object[] }
    const third = {
      name: 'eu-west-1c',
      public: '10.42.2.0/24',
      private: '10.42.48.0/20',
      data: '10.42.6.0/24',
    }
    await lift.set({ network: { ...network, zones: [...network.zones, third] } })
    const wider = await lift.stack.run('up')
    t.true(wider.ok, wider.errors.join('\n'))
    t.is(told(losses(wider)), '')
    t.is(told(wider.changes.filter(({ op }) => op !== 'create' && op !== 'update')), '')
    t.is(
      wider.changes.filter(({ op, type }) => op === 'create' && type === 'aws:ec2/subnet:Subnet').length,
      3,
    )
  },
)
