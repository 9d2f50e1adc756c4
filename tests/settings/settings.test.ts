import test from 'ava'
import { readStackFile, stacks } from '../../settings/stack-file.ts'
import { parseSettings, SettingsError } from '../../settings.ts'

type Config = Record<string, string>
const prod = readStackFile('prod')

/** The settings of prod with one group changed. */
const changed = (key: string, change: (group: Record<string, never>) => void): Config => {
  const group = JSON.parse(prod[`payments-lift:${key}`]!)
  change(group)
  return { ...prod, [`payments-lift:${key}`]: JSON.stringify(group) }
}

const problems = (config: Config) => {
  try {
    parseSettings('prod', config)
    return []
  } catch (error) {
    if (error instanceof SettingsError) return error.problems
    throw error
  }
}

test('the three stacks are complete', (t) => {
  t.deepEqual(stacks().sort(), ['dev', 'prod', 'staging'])
  for (const stack of stacks()) t.is(parseSettings(stack, readStackFile(stack)).stack, stack)
})

test('only prod and staging are kept, only dev may be destroyed', (t) => {
  const disposable = Object.fromEntries(
    stacks().map((stack) => [stack, parseSettings(stack, readStackFile(stack)).disposable]),
  )
  t.deepEqual(disposable, { dev: true, prod: false, staging: false })
})

test('stacks share neither an account nor addresses', (t) => {
  const all = stacks().map((stack) => parseSettings(stack, readStackFile(stack)))
  t.is(new Set(all.map(({ accountId }) => accountId)).size, all.length)
  t.is(new Set(all.map(({ network }) => network.cidr)).size, all.length)
})

test('an unknown key is refused with the nearest known one', (t) => {
  t.deepEqual(problems({ ...prod, 'payments-lift:wieght': '5' }), [
    { key: 'payments-lift:wieght', got: '5', mend: 'unknown key; the nearest known one is weight' },
  ])
  const nested = changed('network', (group) => Object.assign(group, { interfaceEndpoint: ['kms'] }))
  t.is(problems(nested)[0]?.mend, 'unknown key; the nearest known one is interfaceEndpoints')
  t.is(problems(nested)[0]?.key, 'payments-lift:network.interfaceEndpoint')
})

test('a missing key says so', (t) => {
  const { 'payments-lift:budget': _, ...rest } = prod
  const [first] = problems(rest)
  t.is(first?.key, 'payments-lift:budget')
  t.is(first?.got, 'nothing')
  t.regex(first?.mend ?? '', /^missing; write an object/)
})

test('all problems are told at once, in every group', (t) => {
  const config = {
    ...changed('onPremises', (group: Record<string, never>) => {
      ;(group as unknown as { api: { addresses: string[] } }).api.addresses = ['203.0.113.7']
    }),
    'payments-lift:weight': '101',
    'payments-lift:phase': 'cannary',
    'payments-lift:disposable': 'maybe',
    'aws:allowedAccountIds': '["12"]',
  }
  const keys = problems(config).map(({ key }) => key)
  t.deepEqual(keys.sort(), [
    'aws:allowedAccountIds',
    'payments-lift:disposable',
    'payments-lift:onPremises.api.addresses[0]',
    'payments-lift:phase',
    'payments-lift:weight',
  ])
})

test('targets on-premises are private addresses', (t) => {
  for (const address of ['8.8.8.8', '203.0.113.7', '172.32.0.1', '100.128.0.1', '10.0.0.256', '10.0.0']) {
    const config = changed('onPremises', (group) => {
      ;(group as unknown as { api: { addresses: string[] } }).api.addresses = [address]
    })
    t.regex(problems(config)[0]?.mend ?? '', /private address/, address)
  }
})

test('both sides of the lift have one database name', (t) => {
  const config = changed('onPremises', (group) => {
    ;(group as unknown as { database: { name: string } }).database.name = 'legacy'
  })
  t.like(problems(config)[0], { key: 'payments-lift:onPremises.database.name' })
  t.regex(problems(config)[0]?.mend ?? '', /write pay, as database\.name/)
})

/** The settings of prod with parts of its database changed. */
const withDatabase = (parts: Record<string, string>) =>
  changed('database', (group) => Object.assign(group, parts))

test('windows have a form and a length that AWS takes, and do not overlap', (t) => {
  for (const backupWindow of ['99:99-99:99', '24:00-01:00', '02:00-02:29', '02:00-02:00', '2:00-3:00', 'x'])
    t.like(problems(withDatabase({ backupWindow }))[0], { key: 'payments-lift:database.backupWindow' })
  for (const maintenanceWindow of ['xyz:03:00-sun:04:00', 'sun:03:00-sun:03:29', 'sun:03:60-sun:04:30'])
    t.like(problems(withDatabase({ maintenanceWindow }))[0], {
      key: 'payments-lift:database.maintenanceWindow',
    })
  const meet = [
    ['02:00-03:00', 'sun:02:30-sun:03:30'],
    ['02:00-03:00', 'wed:23:00-thu:02:01'],
    ['23:30-00:30', 'mon:00:00-mon:00:30'],
    ['00:00-00:30', 'sun:23:30-mon:00:30'],
    ['23:30-00:30', 'sun:23:00-sun:23:31'],
  ] as const
  for (const [backupWindow, maintenanceWindow] of meet)
    t.regex(
      problems(withDatabase({ backupWindow, maintenanceWindow }))[0]?.mend ?? '',
      /overlaps database\.maintenanceWindow/,
      `${backupWindow} ${maintenanceWindow}`,
    )
  const apart = [
    ['02:00-02:30', 'sun:02:30-sun:03:00'],
    ['23:30-00:30', 'mon:00:30-mon:01:00'],
    ['01:00-01:30', 'sun:23:30-mon:00:30'],
  ] as const
  for (const [backupWindow, maintenanceWindow] of apart)
    t.deepEqual(problems(withDatabase({ backupWindow, maintenanceWindow })), [])
})

test('a database name begins with a letter, as Aurora wants it', (t) => {
  for (const name of ['_pay', '1pay', 'Pay', ''])
    t.true(
      problems(withDatabase({ name })).some(({ key }) => key === 'payments-lift:database.name'),
      name,
    )
  const { mend } = problems(withDatabase({ name: '_pay' }))[0]!
  t.regex(mend, /a lowercase letter, then/)
})

test('a weight belongs to its phase', (t) => {
  t.regex(problems({ ...prod, 'payments-lift:weight': '5' })[0]?.mend ?? '', /phase foundation has weight 0/)
  t.regex(
    problems({ ...prod, 'payments-lift:phase': 'cutover' })[0]?.mend ?? '',
    /phase cutover has weight 100/,
  )
  t.deepEqual(problems({ ...prod, 'payments-lift:phase': 'canary', 'payments-lift:weight': '25' }), [])
})

test('subnets stay in the network and out of each other and of on-premises', (t) => {
  const zones = (zone: number, kind: string, block: string) =>
    changed('network', (group) => {
      ;(group as unknown as { zones: Record<string, string>[] }).zones[zone]![kind] = block
    })
  t.regex(problems(zones(0, 'data', '10.99.0.0/24'))[0]?.mend ?? '', /inside network\.cidr/)
  t.regex(problems(zones(1, 'public', '10.40.0.0/24'))[0]?.mend ?? '', /overlaps .*zones\[0\]\.public/)
  t.regex(problems(zones(1, 'name', 'eu-west-1b'))[0]?.mend ?? '', /zone of aws:region/)
  t.regex(problems(zones(1, 'name', 'eu-central-1a'))[0]?.mend ?? '', /each zone once/)
  const clash = changed('onPremises', (group) =>
    Object.assign(group, { cidrs: ['10.40.0.0/16', '10.20.0.0/16'] }),
  )
  t.regex(problems(clash)[0]?.mend ?? '', /routes would clash/)
})

test('a task has a size that Fargate sells', (t) => {
  const config = changed('pooler', (group) => Object.assign(group, { cpu: '0.25 vCPU', memory: '8 GB' }))
  t.regex(problems(config)[0]?.mend ?? '', /Fargate sells 0\.5 to 2 GB/)
})

test('there are enough approvers without the runner', (t) => {
  const config = changed('approvals', (group) => Object.assign(group, { required: 3 }))
  t.regex(problems(config)[0]?.mend ?? '', /at least 4 different people/)
})

test('the message names stack, key, what stands there and the mend', (t) => {
  const error = t.throws(() => parseSettings('prod', { ...prod, 'payments-lift:weight': '5' }))
  t.is(
    error?.message,
    'Pulumi.prod.yaml: one thing to mend\n  payments-lift:weight\n      got  5\n      mend phase foundation has weight 0; weights between are for canary',
  )
})

test('an unknown stack is answered with the known ones', (t) => {
  t.throws(() => readStackFile('prdo'), { message: /no Pulumi\.prdo\.yaml.*did you mean prod/ })
})
