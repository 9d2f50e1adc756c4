import * as aws from '@pulumi/aws'
import { forwardTo } from '../../components/weights.ts'
import { Engine } from '../../engine/harness.ts'
import { needs } from '../parts.ts'

const test = needs('pulumi CLI')
let engine: Engine
test.before(async () => {
  engine = await Engine.start()
})
test.after.always(() => engine?.close())

test('a third target group leaves the weights of the two alone', async (t) => {
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
