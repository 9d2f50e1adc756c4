import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { parse } from 'yaml'
import account from '../../account/index.ts'
import { forwardTo } from '../../components/weights.ts'
import { Engine } from '../../engine/harness.ts'
import { needs } from '../parts.ts'
import { testSandbox } from '../postgres.ts'

const test = needs('pulumi CLI')
let engine: Engine
test.before(async () => {
  engine = await Engine.start(testSandbox().dir)
})
test.after.always(() => engine?.close())

/** Inputs that TypeScript would refuse. */
const wrong = (inputs: object): never => inputs as never

const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { Service: 'ecs-tasks.amazonaws.com' }, Action: 'sts:AssumeRole' },
  ],
})
const task = (
  container: object,
  executionRoleArn: pulumi.Input<string> = 'arn:aws:iam::123456789012:role/exec',
) =>
  new aws.ecs.TaskDefinition('api', {
    family: 'api',
    requiresCompatibilities: ['FARGATE'],
    networkMode: 'awsvpc',
    cpu: '256',
    memory: '512',
    executionRoleArn,
    containerDefinitions: JSON.stringify([container]),
  })

/** What each program does wrong, and what the engine must say: the resource, the key, the reason. */
const refusals: Record<string, [make: () => unknown, ...words: string[]]> = {
  'a missing required input': [
    () => new aws.ec2.Route('way', wrong({ routeTableId: pulumi.output(undefined), gatewayId: 'igw-1' })),
    'way: aws:ec2/route:Route',
    'property routeTableId value',
    'missing required input',
  ],
  'an unknown input': [
    () =>
      new aws.lb.Listener('https', {
        loadBalancerArn: 'arn:x',
        defaultActions: [wrong({ type: 'forward', targetGroupArm: 'arn:y' })],
      }),
    'https: aws:lb/listener:Listener',
    'property defaultActions[0].targetGroupArm value',
    'did you mean targetGroupArn',
  ],
  'an input of a wrong type': [
    () => new aws.sqs.Queue('dead', wrong({ delaySeconds: 'soon' })),
    'dead: aws:sqs/queue:Queue',
    'property delaySeconds value',
    'expected a number, got the string "soon"',
  ],
  'a policy that is not a policy': [
    () => new aws.iam.RolePolicy('grant', { role: 'someone', policy: JSON.stringify({ Allow: 's3:*' }) }),
    'grant: aws:iam/rolePolicy:RolePolicy',
    'property policy value',
    'unknown key Allow',
  ],
  'a container definition that ECS would refuse': [
    () => task({ name: 'api', image: 'i', readOnlyRootFilesystem: true }),
    'api: aws:ecs/taskDefinition:TaskDefinition',
    'property containerDefinitions[0].readOnlyRootFilesystem value',
    'did you mean readonlyRootFilesystem',
  ],
}

for (const [what, [make, ...words]] of Object.entries(refusals)) {
  test.serial(`the engine refuses ${what}, with its resource and key`, async (t) => {
    const stack = await engine.inline(async () => void make(), 'refusal', what.replaceAll(/\W+/g, '-'))
    const { ok, errors } = await stack.run('preview')
    t.false(ok)
    for (const word of words)
      t.true(
        errors.some((error) => error.includes(word)),
        `«${word}» is not in ${errors.join('\n')}`,
      )
  })
}

test.serial('a program with nothing wrong is built, and a secret stays one', async (t) => {
  const right = async () => {
    const role = new aws.iam.Role('runner', { assumeRolePolicy: trust })
    const bucket = new aws.s3.Bucket('files')
    new aws.iam.RolePolicy('grant', {
      role: role.id,
      policy: pulumi.jsonStringify({
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: 's3:GetObject', Resource: pulumi.interpolate`${bucket.arn}/*` },
        ],
      }),
    })
    task({ name: 'api', image: 'i', essential: true, readonlyRootFilesystem: true }, role.arn)
    new aws.ssm.Parameter('token', { type: 'SecureString', value: pulumi.secret('correct horse') })
    return { bucket: bucket.arn }
  }
  const stack = await engine.inline(right, 'refusal', 'nothing')
  const { ok, errors, changes } = await stack.run('up')
  t.true(ok, errors.join('\n'))
  t.is(changes.length, 5)
  t.regex(String((await stack.outputs()).bucket), /^arn:aws:s3:::files-[0-9a-f]{7}$/)
  t.false(JSON.stringify(await stack.resources()).includes('correct horse'))
})

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
  'the account is built; a second up changes nothing; tags come when billing has seen them',
  async (t) => {
    const file = readFileSync(join(import.meta.dirname, '../../account/Pulumi.prod.yaml'), 'utf8')
    const stack = await engine.inline(account, 'payments-lift-account', 'prod', parse(file).config)
    const up = await stack.run('up')
    t.true(up.ok, up.errors.join('\n'))
    const outputs = await stack.outputs()
    t.regex(
      String((outputs.deployRoleArns as Record<string, string>).prod),
      /:role\/payments-lift-deploy-prod$/,
    )
    const again = await stack.run('up')
    t.true(again.ok, again.errors.join('\n'))
    t.deepEqual(again.changes, [])

    await stack.set({ 'payments-lift-account:costTagsSeen': true })
    const { ok, changes } = await stack.run('up')
    t.true(ok)
    t.deepEqual(
      changes.map(({ op, name }) => [op, name]).sort(), // the engine makes both at once
      [
        ['create', 'costs-Project'],
        ['create', 'costs-Stack'],
      ],
    )
    t.regex((await stack.run('destroy')).errors.join('\n'), /cannot be deleted\s+because it is protected/)
  },
)
