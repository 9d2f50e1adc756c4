import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import test from 'ava'
import { json } from '../../components/json.ts'
import { build } from '../components/build.ts'

const queue = 'aws:sqs/queue:Queue'

test('options are seen: protect, ignoreChanges, dependsOn, aliases, parent, deleteBeforeReplace', async (t) => {
  const { get } = await build(() => {
    const first = new aws.sqs.Queue('first', {}, { protect: true })
    new aws.sqs.Queue(
      'second',
      {},
      {
        parent: first,
        dependsOn: [first],
        ignoreChanges: ['tags'],
        aliases: [{ name: 'former' }],
        deleteBeforeReplace: true,
        retainOnDelete: true,
        replaceOnChanges: ['name'],
        customTimeouts: { create: '5m' },
      },
    )
  })
  const first = get(queue, 'first')
  t.like(get(queue, 'second'), {
    parent: first.urn,
    protect: true,
    dependencies: [first.urn],
    ignoreChanges: ['tags'],
    aliases: ['former'],
    deleteBeforeReplace: true,
    retainOnDelete: true,
    replaceOnChanges: ['name'],
    customTimeouts: { create: '5m', update: '', delete: '' },
  })
})

test('what AWS decides is unknown, and stays unknown through apply', async (t) => {
  let ran = false
  const { get } = await build(() => {
    const first = new aws.sqs.Queue('first')
    const letter = first.arn.apply((arn) => {
      ran = true
      return `to ${arn}`
    })
    new aws.sns.TopicSubscription('sub', { topic: letter, protocol: 'sqs', endpoint: first.arn })
  })
  t.false(ran)
  t.like(get('aws:sns/topicSubscription:TopicSubscription', 'sub').inputs, {
    topic: '<unknown>',
    endpoint: '<unknown>',
  })
})

test('names that the provider makes up are known, and too long ones refused', async (t) => {
  const { get } = await build(() => {
    const first = new aws.sqs.Queue('first')
    new aws.sqs.QueuePolicy('names', { queueUrl: 'x', policy: pulumi.interpolate`${first.name}` })
  })
  t.regex(String(get(queue, 'first').inputs.name), /^first-[0-9a-f]{7}$/)
  t.is(get('aws:sqs/queuePolicy:QueuePolicy', 'names').inputs.policy, get(queue, 'first').inputs.name)
  await t.throwsAsync(
    build(() => void new aws.lb.TargetGroup('a'.repeat(25), {})),
    { message: /longer than 32; give a logical name of at most 24/ },
  )
})

test('secrets are masked in what is recorded, wherever they stand', async (t) => {
  const { get } = await build(() => {
    const password = pulumi.secret('hunter2')
    new aws.ssm.Parameter('plain', { type: 'SecureString', value: password })
    new aws.cloudwatch.Dashboard('inside', {
      dashboardName: 'x',
      dashboardBody: json({ password, other: 'seen' }),
    })
  })
  t.is(get('aws:ssm/parameter:Parameter', 'plain').inputs.value, '<secret>')
  t.is(
    get('aws:cloudwatch/dashboard:Dashboard', 'inside').inputs.dashboardBody,
    '{"password":"<secret>","other":"seen"}',
  )
})

test('JSON text with an unknown value in it is seen through', async (t) => {
  const { get } = await build(() => {
    const first = new aws.sqs.Queue('first')
    new aws.cloudwatch.Dashboard('text', {
      dashboardName: 'x',
      dashboardBody: json([{ arn: first.arn, port: 1 }]),
    })
  })
  t.is(
    get('aws:cloudwatch/dashboard:Dashboard', 'text').inputs.dashboardBody,
    '[{"arn":"<unknown>","port":1}]',
  )
})

test('one name twice is refused', async (t) => {
  await t.throwsAsync(
    build(() => {
      new aws.sqs.Queue('first')
      new aws.sqs.Queue('first')
    }),
    { message: /first \(aws:sqs\/queue:Queue\) is registered twice/ },
  )
})

test('an error of the program comes out, and the next run is not touched by it', async (t) => {
  await t.throwsAsync(
    build(() => {
      new aws.sqs.Queue('first')
      throw new Error('no')
    }),
    { message: 'no' },
  )
  await t.throwsAsync(
    build(() => void new aws.sqs.Queue('late', { name: pulumi.output(Promise.reject(new Error('later'))) })),
    { message: /later/ },
  )
  t.is((await build(() => void new aws.sqs.Queue('first'))).all(queue).length, 1)
})

test('two runs at once do not mix', async (t) => {
  const [one, other] = await Promise.all([
    build(() => void new aws.sqs.Queue('one')),
    build(() => void new aws.sqs.Queue('other')),
  ])
  t.deepEqual(
    one.all(queue).map(({ name }) => name),
    ['one'],
  )
  t.deepEqual(
    other.all(queue).map(({ name }) => name),
    ['other'],
  )
})

test('an invoke without an answer names itself', async (t) => {
  await t.throwsAsync(
    build(async () => {
      await aws.ec2.getAmi({ owners: ['amazon'] })
    }),
    { message: /no answer to aws:ec2\/getAmi:getAmi; give it one in preview\/invokes\.ts/ },
  )
})

test('components, their outputs and the stack are recorded', async (t) => {
  const { resources, componentOutputs } = await build(() => {
    class Box extends pulumi.ComponentResource {
      constructor() {
        super('x:y:Box', 'box')
        new aws.sqs.Queue('box-a', {}, { parent: this })
        this.registerOutputs({ size: 1 })
      }
    }
    new Box()
  })
  const box = resources.find(({ type }) => type === 'x:y:Box')
  t.false(box?.custom)
  t.deepEqual(componentOutputs[box!.urn], { size: 1 })
  t.is(
    resources.find(({ name }) => name === 'box-a')?.urn,
    'urn:pulumi:prod::payments-lift::x:y:Box$aws:sqs/queue:Queue::box-a',
  )
})
