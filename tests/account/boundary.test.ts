import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { parse } from 'yaml'
import { runnerRights } from '../../components/runner-rights.ts'
import { statements } from '../components/secure.ts'
import { allowedBy, type Call } from '../services/policy.ts'
import { account } from './build.ts'

const prod = account()

test('within the boundary a role hands roles of the project to schedules, and does nothing else with IAM', async (t) => {
  const limit = statements(await prod, 'aws:iam/policy:Policy', 'access-boundary') as {
    Action?: string[]
    NotAction?: string[]
  }[]
  const inside = (call: Call) =>
    limit.some(({ NotAction, ...rest }) =>
      NotAction
        ? allowedBy([{ ...rest, Action: NotAction } as never], call).length === 0
        : allowedBy([rest as never], call).length === 1,
    )
  const pass = (role: string, service = 'scheduler.amazonaws.com') => ({
    action: 'iam:PassRole',
    resource: `arn:aws:iam::333333333333:role${role}`,
    keys: { 'iam:PassedToService': service },
  })
  const own = '/payments-lift/prod/settlement-schedule-1a2b3c4'
  // What a runner needs to hold a schedule. The program has none yet.
  const rights = runnerRights({
    context: { arn: () => 'arn', stack: 'prod' },
    secretArns: [],
    keys: {},
    schedules: [{ arn: 'arn:aws:scheduler:…', roleArn: pass(own).resource }],
  } as never)
  const handsOn = rights.filter(({ actions }) => actions.includes('iam:PassRole'))
  t.deepEqual(handsOn[0]?.resources, [pass(own).resource])
  t.deepEqual(handsOn[0]?.conditions?.StringEquals, pass(own).keys)

  t.true(inside(pass(own)))
  t.false(inside(pass(own, 'lambda.amazonaws.com')), 'not to a function that it could write itself')
  t.false(inside(pass('/payments-lift-deploy-prod')), 'nor a role that is stronger')
  for (const action of [
    'iam:CreateRole',
    'iam:PutRolePolicy',
    'iam:AttachRolePolicy',
    'organizations:LeaveOrganization',
  ])
    t.false(inside({ ...pass(own), action }), action)
  t.true(inside({ action: 's3:GetObject', resource: 'arn:aws:s3:::payments-lift-prod-journal/a' }))
})

test('a role may be taken for as long as the job that takes it asks', async (t) => {
  const file = readFileSync(join(import.meta.dirname, '../../.github/workflows/deploy-stack.yml'), 'utf8')
  const { jobs } = parse(file) as {
    jobs: Record<string, { steps: { with?: Record<string, number> }[] }>
  }
  const asked = (job: string) =>
    jobs[job]!.steps.map((step) => step.with?.['role-duration-seconds'] ?? 0).reduce((a, b) => Math.max(a, b))
  const hour = 3600
  for (const [job, name] of [
    ['up', 'access-deploy-prod'],
    ['preview', 'access-prod-preview'],
  ] as const)
    t.true(
      asked(job) <= Number((await prod).get('aws:iam/role:Role', name).inputs.maxSessionDuration ?? hour),
      job,
    )
})
