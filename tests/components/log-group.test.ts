import test from 'ava'
import { LogGroup } from '../../components/log-group.ts'
import { build, type Given } from './build.ts'
import { ship } from './parts.ts'
import { secure } from './secure.ts'

const filter = 'aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter'
const make =
  (change: object = {}) =>
  ({ context }: Given) =>
    void new LogGroup('own', { context, path: 'own', keyArn: 'key', retentionDays: 90, ship, ...change })

/** Built once, looked at by many. */
const prod = build(make())

test('a log group is kept for a time, encrypted, and protected', async (t) => {
  const found = await prod
  const group = 'aws:cloudwatch/logGroup:LogGroup'
  secure(t, found, [
    [group, 'own-group', 'name', '/payments-lift/prod/own'],
    [group, 'own-group', 'retentionInDays', 90],
    [group, 'own-group', 'kmsKeyId', 'key'],
  ])
  t.true(found.get(group, 'own-group').protect)
})

test('facts 24 and 25: one audit and one mask, for the same identifiers', async (t) => {
  const found = await prod
  const { inputs } = found.get('aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy', 'own-cards')
  const { Version, Statement } = JSON.parse(String(inputs.policyDocument))
  t.is(Version, '2021-06-01')
  t.is(Statement.length, 2)
  const [audit, mask] = Statement
  t.deepEqual(audit.Operation, { Audit: { FindingsDestination: {} } })
  t.deepEqual(mask.Operation, { Deidentify: { MaskConfig: {} } })
  t.deepEqual(audit.DataIdentifier, mask.DataIdentifier)
  t.true(audit.DataIdentifier.includes('arn:aws:dataprotection::aws:data-identifier/CreditCardNumber'))
})

test('fact 23: two filters and no third', async (t) => {
  const found = await prod
  t.deepEqual(
    found.all(filter).map(({ inputs }) => [inputs.destinationArn, inputs.roleArn]),
    [
      [ship.archive.streamArn, ship.archive.roleArn],
      [ship.shipperArn, undefined],
    ],
  )
  const quiet = await build(make({ ship: undefined }))
  t.is(quiet.all(filter).length, 0)
})
