import test from 'ava'
import { Aws } from '../../engine/stand-in/aws.ts'
import type { WireObject } from '../../engine/stand-in/wire.ts'
import { World } from '../../engine/stand-in/world.ts'

const fresh = () => new Aws(new World(), { region: 'us-east-1', accountId: '123456789012' })
const make = (aws: Aws, token: string, name: string, inputs: WireObject) => {
  const target = { token, name, urn: `urn:pulumi:dev::test::${token}::${name}` }
  return { target, ...aws.create(target, aws.check(target, inputs, {}, name).inputs, false) }
}

/** Facts 35 and 36, ruling 10: what AWS refuses to delete, and the input that lets it go. */
const guarded: [token: string, held: WireObject, free: WireObject, says: RegExp][] = [
  ['aws:s3/bucket:Bucket', {}, { forceDestroy: true }, /BucketNotEmpty/],
  ['aws:ecr/repository:Repository', {}, { forceDelete: true }, /RepositoryNotEmpty/],
  [
    'aws:route53/zone:Zone',
    { name: 'example.com' },
    { name: 'example.com', forceDestroy: true },
    /HostedZoneNotEmpty/,
  ],
  ['aws:lb/loadBalancer:LoadBalancer', { enableDeletionProtection: true }, {}, /deletion protection/],
  ['aws:alb/loadBalancer:LoadBalancer', { enableDeletionProtection: true }, {}, /deletion protection/],
  [
    'aws:rds/cluster:Cluster',
    { deletionProtection: true, skipFinalSnapshot: true },
    { skipFinalSnapshot: true },
    /protected Cluster/,
  ],
  ['aws:rds/cluster:Cluster', {}, { skipFinalSnapshot: true }, /finalSnapshotIdentifier/],
  ['aws:dynamodb/table:Table', { deletionProtectionEnabled: true }, {}, /deletion protection/],
  [
    'aws:autoscaling/group:Group',
    { protectFromScaleIn: true },
    { protectFromScaleIn: true, forceDelete: true },
    /scale-in/,
  ],
]

for (const [token, held, free, says] of guarded)
  test(`not deleted: ${token} with ${JSON.stringify(held)}`, (t) => {
    const aws = fresh()
    const stuck = make(aws, token, 'one', held)
    t.throws(() => aws.delete(stuck.target, stuck.id), { message: says })
    const loose = make(aws, token, 'two', free)
    aws.delete(loose.target, loose.id)
    t.deepEqual(
      aws.world.all().map(({ urn }) => urn),
      [stuck.target.urn],
    )
  })

test('a secret within its recovery window keeps its name; without a window it does not', (t) => {
  const aws = fresh()
  const secret = (inputs: WireObject) =>
    make(aws, 'aws:secretsmanager/secret:Secret', 's', { name: 'pay', ...inputs })
  const quick = secret({ recoveryWindowInDays: 0 })
  aws.delete(quick.target, quick.id)
  const slow = secret({})
  aws.delete(slow.target, slow.id)
  t.throws(() => secret({}), { message: /scheduled for deletion/ })
})

test('what is in use is not deleted before its users', (t) => {
  const aws = fresh()
  const group = make(aws, 'aws:lb/targetGroup:TargetGroup', 'g', { port: 1, protocol: 'TCP', vpcId: 'vpc-1' })
  const listener = make(aws, 'aws:lb/listener:Listener', 'l', {
    loadBalancerArn: 'arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/a/1',
    defaultActions: [{ type: 'forward', targetGroupArn: group.outputs.arn! }],
  })
  t.throws(() => aws.delete(group.target, group.id), { message: /in use by a listener.*still there: l/ })
  aws.delete(listener.target, listener.id)
  aws.delete(group.target, group.id)
  t.is(aws.world.all().length, 0)
})

test('two things cannot have one name in one place', (t) => {
  const aws = fresh()
  make(aws, 'aws:sqs/queue:Queue', 'a', { name: 'jobs' })
  t.throws(() => make(aws, 'aws:sqs/queue:Queue', 'b', { name: 'jobs' }), { message: /already exists/ })
  t.notThrows(() => make(aws, 'aws:sqs/queue:Queue', 'c', { name: 'jobs', region: 'eu-west-1' }))
})
