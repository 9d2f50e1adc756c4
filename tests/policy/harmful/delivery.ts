import { canary, cutover, type Harmful } from './harmful.ts'

/** What happens to functions, events and the order of the phases. */
export const delivery: Harmful[] = [
  {
    title: 'a function out of the network',
    edits: [
      [
        'components/vpc-function.ts',
        '        vpcConfig: { subnetIds: network.subnetIds, securityGroupIds: [network.securityGroupId] },\n',
        '',
      ],
    ],
    at: cutover,
    calls: [/function-stays-in-network/, /vpcConfig/],
  },
  {
    title: 'the destination bucket set to the source',
    edits: [
      [
        'components/settlement-files.ts',
        "destination = 'settlement-destination'",
        "destination = 'settlement-source'",
      ],
    ],
    at: cutover,
    calls: [/does not run.*source and destination are the same bucket/],
  },
  {
    title: 'results written to the source bucket',
    edits: [
      [
        'components/settlement-files.ts',
        '...readAndWrite(this.source.arn, this.destination.arn',
        '...readAndWrite(this.source.arn, this.source.arn',
      ],
    ],
    at: cutover,
    calls: [/no-self-feeding-trigger/, /settlement-source/],
  },
  {
    title: "a second owner of a bucket's notifications",
    edits: [
      [
        'components/settlement-files.ts',
        '    new aws.s3.BucketNotification(\n',
        "    new aws.s3.BucketNotification(this.named('audit'), { bucket: this.source.bucket.id, eventbridge: true }, this.child())\n    new aws.s3.BucketNotification(\n",
      ],
    ],
    at: cutover,
    calls: [/one-owner-of-notifications/, /settlement-audit/],
  },
  {
    title: 'failed events that go nowhere',
    edits: [
      [
        'components/function-trigger.ts',
        '        destinationConfig: { onFailure: { destination: onFailure.queueArn } },\n',
        '',
      ],
    ],
    at: cutover,
    calls: [/async-needs-failure-destination/, /destinationConfig/],
  },
  {
    title: 'a second source of events',
    edits: [
      [
        'components/settlement-files.ts',
        '    const permission = new aws.lambda.Permission(\n',
        "    new aws.lambda.Permission(this.named('nightly'), { action: 'lambda:InvokeFunction', function: functionArn, principal: 'events.amazonaws.com' }, this.child())\n    const permission = new aws.lambda.Permission(\n",
      ],
    ],
    at: cutover,
    calls: [/no-microlith-sources/, /events\.amazonaws\.com/],
  },
  {
    title: 'messages that fail are lost',
    edits: [
      [
        'components/payment-queue.ts',
        '        redrivePolicy: JSON.stringify({ deadLetterTargetArn: this.deadLetters.queueArn, maxReceiveCount }),\n',
        '',
      ],
    ],
    at: cutover,
    calls: [/webhook-queue-queue.*messages that fail are lost/, /redrivePolicy/],
  },
  {
    title: 'a pool made for every event',
    edits: [],
    adds: {
      'services/example/handler.ts':
        "import pg from 'pg'\n\nexport const handler = async (event: { id: string }) => {\n  const pool = new pg.Pool()\n  return pool.query('select 1 where $1 = $1', [event.id])\n}\n",
    },
    stack: 'dev',
    calls: [/no-pool-in-handler/, /services\/example\/handler\.ts:4/],
  },
  {
    title: 'a phase skipped',
    edits: [
      ['Pulumi.prod.yaml', 'payments-lift:phase: foundation', 'payments-lift:phase: cutover'],
      ['Pulumi.prod.yaml', 'payments-lift:weight: 0', 'payments-lift:weight: 100'],
    ],
    calls: [/phase foundation at weight 0 and cannot move to cutover/],
  },
  {
    title: "the listener's weights exchanged",
    edits: [
      ['components/weights.ts', 'weight: 100 - cloudWeight }', 'weight: cloudWeight }'],
      [
        'components/weights.ts',
        'arn: cloud, weight: cloudWeight }',
        'arn: cloud, weight: 100 - cloudWeight }',
      ],
    ],
    at: canary,
    calls: [/weights-follow-settings/, /targetGroups\[0\]\.weight.*99.*1/],
  },
  {
    title: 'steps of the weight left out',
    edits: [['Pulumi.prod.yaml', 'payments-lift:weight: 0', 'payments-lift:weight: 50']],
    at: canary,
    calls: [/weight 1 → 50 leaves out 5, 25/],
  },
]
