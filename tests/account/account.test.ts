import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { parse } from 'yaml'
import { githubTrust } from '../../account/deploy-policies.ts'
import { parseAccount } from '../../account/settings.ts'
import { whole } from '../components/build.ts'
import { secure, statement, statements } from '../components/secure.ts'
import { account, configOf } from './build.ts'

const prod = account()
const cutover = whole({ stack: 'prod', phase: 'cutover' })

const role = 'aws:iam/role:Role'
const rolePolicy = 'aws:iam/rolePolicy:RolePolicy'
const attachment = 'aws:iam/rolePolicyAttachment:RolePolicyAttachment'

test('the accounts are those of the stacks, in their regions', (t) => {
  for (const name of ['dev', 'staging', 'prod']) {
    const { accountId, region, stacks } = parseAccount(configOf(name))
    const file = readFileSync(join(import.meta.dirname, `../../Pulumi.${name}.yaml`), 'utf8')
    const { config } = parse(file) as { config: Record<string, unknown> }
    t.deepEqual(
      [region, [accountId], stacks],
      [config['aws:region'], config['aws:allowedAccountIds'], [name]],
    )
  }
})

test('fact 40: a role is for one repository and one environment, never for a pattern', async (t) => {
  const found = await prod
  for (const [name, environment] of [
    ['access-deploy-prod', 'prod'],
    ['access-prod-preview', 'prod-preview'],
  ] as const) {
    const assume = statement(found, role, name, 'AssumeFromGitHub', 'assumeRolePolicy')
    t.deepEqual(assume.Action, ['sts:AssumeRoleWithWebIdentity'])
    t.deepEqual(assume.Condition, {
      StringEquals: {
        'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
        'token.actions.githubusercontent.com:sub': `repo:example-org/payments-lift:environment:${environment}`,
      },
    })
  }
  const where = { accountId: '333333333333', partition: 'aws' }
  t.throws(() => githubTrust(where, 'example-org/*', 'prod'), {
    message: /a pattern would let other jobs in/,
  })
  t.throws(() => githubTrust(where, 'example-org/payments-lift', '*'), { message: /a pattern/ })
  secure(t, found, [
    [
      'aws:iam/openIdConnectProvider:OpenIdConnectProvider',
      'access-github',
      'clientIdLists',
      ['sts.amazonaws.com'],
    ],
  ])
})

test('ruling 11: the preview role reads, and reads no data of the stack', async (t) => {
  const found = await prod
  secure(t, found, [
    [attachment, 'access-prod-preview', 'policyArn', 'arn:aws:iam::aws:policy/ReadOnlyAccess'],
  ])
  const all = statements(found, rolePolicy, 'access-prod-preview')
  const allowed = all.filter(({ Effect }) => Effect === 'Allow').flatMap(({ Action }) => Action)
  t.deepEqual(allowed, ['kms:Decrypt'])
  const refused = statement(found, rolePolicy, 'access-prod-preview', 'RefuseData')
  t.is(refused.Effect, 'Deny')
  for (const action of ['secretsmanager:GetSecretValue', 'dynamodb:GetItem', 'logs:GetLogEvents']) {
    t.true(refused.Action.includes(action), action)
  }
  t.deepEqual(statement(found, rolePolicy, 'access-prod-preview', 'RefuseFiles').Resource, [
    'arn:aws:s3:::payments-lift-prod-*/*',
  ])
})

test('the deploy role manages roles of its stack only, within the boundary, and passes them to known services', async (t) => {
  const found = await prod
  const own = 'arn:aws:iam::333333333333:role/payments-lift/prod/*'
  const grant = statement(found, rolePolicy, 'access-deploy-prod', 'GrantWithinBoundary')
  t.deepEqual(grant.Resource, [own])
  t.deepEqual(grant.Condition, {
    StringEquals: { 'iam:PermissionsBoundary': 'arn:aws:iam::333333333333:policy/payments-lift/boundary' },
  })
  const pass = statement(found, rolePolicy, 'access-deploy-prod', 'PassRoles')
  t.deepEqual(pass.Resource, [own])
  t.truthy((pass.Condition as Record<string, unknown>).StringEquals)
  const unbounded = statements(found, rolePolicy, 'access-deploy-prod').filter(({ Condition }) => !Condition)
  const growing = /iam:(Create|Put|Attach|Delete)Role(Policy|PermissionsBoundary)?$/
  for (const { Sid, Action } of unbounded) {
    t.deepEqual(
      Action.filter((action) => growing.test(action) && action !== 'iam:DeleteRole'),
      [],
      Sid,
    )
  }
  const { policy } = found.get('aws:iam/policy:Policy', 'access-boundary').inputs
  t.true(JSON.parse(String(policy)).Statement[0].NotAction.includes('iam:*'))
})

test('every role of the program stands on that path, within that boundary', async (t) => {
  const { all } = await cutover
  t.true(all(role).length > 10)
  for (const { name, inputs } of all(role)) {
    t.is(inputs.path, '/payments-lift/prod/', name)
    t.is(inputs.permissionsBoundary, 'arn:aws:iam::333333333333:policy/payments-lift/boundary', name)
  }
  for (const { inputs } of all('aws:iam/instanceProfile:InstanceProfile')) {
    t.is(inputs.path, '/payments-lift/prod/')
  }
})

test('every service that a role of the program is for may be passed one', async (t) => {
  const { all } = await cutover
  const pass = statement(await prod, rolePolicy, 'access-deploy-prod', 'PassRoles')
  const known = (pass.Condition as { StringEquals: Record<string, string[]> }).StringEquals[
    'iam:PassedToService'
  ]!
  for (const { name, inputs } of all(role)) {
    const document = inputs.assumeRolePolicy
    const { Statement } = (typeof document === 'string' ? JSON.parse(document) : document) as {
      Statement: { Principal: { Service: string[] } }[]
    }
    for (const service of Statement.flatMap(({ Principal }) => Principal.Service)) {
      t.true(known.includes(service), `${name}: ${service}`)
    }
  }
})

test('state and its key are kept, closed and encrypted', async (t) => {
  const found = await prod
  t.true(found.get('aws:kms/key:Key', 'state-key').protect)
  t.true(found.get('aws:s3/bucket:Bucket', 'state-state').protect)
  secure(t, found, [
    ['aws:s3/bucket:Bucket', 'state-state', 'bucket', 'payments-lift-account-state-333333333333'],
    ['aws:s3/bucket:Bucket', 'state-state', 'forceDestroy', false],
    ['aws:kms/key:Key', 'state-key', 'enableKeyRotation', true],
    [
      'aws:s3/bucketVersioning:BucketVersioning',
      'state-state-versions',
      'versioningConfiguration.status',
      'Enabled',
    ],
    [
      'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock',
      'state-state-closed',
      'restrictPublicBuckets',
      true,
    ],
  ])
})

test('ruling 5: the monitor of all services and the tags of billing belong to the account', async (t) => {
  const monitor = 'aws:costexplorer/anomalyMonitor:AnomalyMonitor'
  const tag = 'aws:costexplorer/costAllocationTag:CostAllocationTag'
  secure(t, await prod, [
    [monitor, 'costs-services', 'monitorType', 'DIMENSIONAL'],
    [monitor, 'costs-services', 'monitorDimension', 'SERVICE'],
  ])
  t.is((await prod).all(tag).length, 0, 'AWS refuses a tag that billing has not seen')
  const later = await account({ 'payments-lift-account:costTagsSeen': 'true' })
  t.deepEqual(
    later.all(tag).map(({ inputs }) => inputs.tagKey),
    ['Project', 'Stack'],
  )
})

test('wrong settings are told all at once', (t) => {
  const error = t.throws(() => parseAccount({ 'payments-lift-account:repository': 'nobody' }))
  t.regex(error?.message ?? '', /aws:region is missing/)
  t.regex(error?.message ?? '', /aws:allowedAccountIds: list the one account/)
  t.regex(error?.message ?? '', /repository: write owner\/name/)
  t.regex(error?.message ?? '', /stacks: /)
})
