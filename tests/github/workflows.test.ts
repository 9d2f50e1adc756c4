import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import test from 'ava'
import { parse } from 'yaml'

const folder = join(import.meta.dirname, '../../.github/workflows')

type Permissions = Record<string, 'read' | 'write' | 'none'>

interface Part {
  permissions?: Permissions
  env?: Record<string, string>
}
interface Step extends Part {
  uses?: string
  run?: string
  with?: Record<string, unknown>
}
interface Job extends Part {
  uses?: string
  steps?: Step[]
  'timeout-minutes'?: number
}
interface Workflow extends Part {
  jobs: Record<string, Job>
}

const workflows = new Map(
  readdirSync(folder).map((file) => [file, parse(readFileSync(join(folder, file), 'utf8')) as Workflow]),
)
const jobs = [...workflows].flatMap(([file, workflow]) =>
  Object.entries(workflow.jobs).map(([name, job]) => ({ file, workflow, name, job })),
)
const permissionsOf = (workflow: Workflow, job: Job): Permissions =>
  job.permissions ?? workflow.permissions ?? {}

const ranks = { none: 0, read: 1, write: 2 }

test('no job of a workflow that is called asks for more than its caller grants', (t) => {
  const callers = jobs.filter(({ job }) => job.uses?.startsWith('./'))
  t.true(callers.length > 0)
  for (const { file, workflow, name, job } of callers) {
    const granted = permissionsOf(workflow, job)
    const called = workflows.get(basename(job.uses!))!
    for (const [nested, asking] of Object.entries(called.jobs)) {
      for (const [scope, level] of Object.entries(permissionsOf(called, asking)))
        t.true(
          ranks[granted[scope] ?? 'none'] >= ranks[level],
          `${file}: ${name} grants «${scope}: ${granted[scope] ?? 'none'}», and ${nested} of ${job.uses} asks for ${level}: GitHub starts nothing`,
        )
    }
  }
})

test('a loader that npm has yet to install reaches no action', (t) => {
  for (const { file, workflow, name, job } of jobs) {
    t.is(workflow.env?.NODE_OPTIONS, undefined, `${file}: every JavaScript action before npm ci would end`)
    t.is(job.env?.NODE_OPTIONS, undefined, `${file}: ${name}`)
    for (const { uses, env } of job.steps ?? [])
      if (uses) t.is(env?.NODE_OPTIONS, undefined, `${file}: ${uses}`)
  }
})

test('what runs the program has the loader, after npm ci', (t) => {
  const running = jobs.flatMap(({ file, job }) => {
    const steps = job.steps ?? []
    const installed = steps.findIndex(({ run }) => run?.startsWith('npm ci'))
    return steps.flatMap(({ run, env }, index) =>
      run && /pulumi (preview|up)/.test(run)
        ? [{ file, env, after: installed >= 0 && index > installed }]
        : [],
    )
  })
  t.is(running.length, 3)
  for (const { file, env, after } of running) {
    t.is(env?.NODE_OPTIONS, '--import tsx', file)
    t.true(after, file)
  }
})

test('credentials outlive the job that has them', (t) => {
  const hour = 3600
  for (const { file, name, job } of jobs) {
    for (const step of job.steps ?? []) {
      if (!step.uses?.startsWith('aws-actions/configure-aws-credentials')) continue
      const seconds = Number(step.with?.['role-duration-seconds'] ?? hour)
      t.true(
        seconds >= job['timeout-minutes']! * 60,
        `${file}: ${name} may take ${job['timeout-minutes']} min, its credentials end after ${seconds / 60}`,
      )
    }
  }
})
