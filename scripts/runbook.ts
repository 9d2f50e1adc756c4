/** `npm run runbook -- NAME --site FILE [--execute]`: a runbook against a pair of databases; `status`, `resume`. */
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { openSite, siteEnvironment } from '../migration/open-site.ts'
import { resume } from '../migration/resume.ts'
import { readStatus, statusText } from '../migration/status.ts'
import { whoActs } from '../migration/who.ts'

const usage = `npm run runbook -- NAME (--site FILE | --stack NAME) [--execute]
npm run runbook -- list
npm run runbook -- status --site FILE [--json]
npm run runbook -- resume --site FILE --execute

  NAME       one of list; without --execute every check runs and nothing changes
  status     who accepts writes, what runs, what to do
  resume     settles what a run that died has left, and removes its lock
  --site     the site file: both databases, the write gate, the front door
  --stack    instead of --site: a stack of the program, by its outputs`

function fail(message: string): never {
  console.error(message)
  process.exit(2)
}

const names = readdirSync('runbooks')
  .filter((name) => name.endsWith('.md') && name !== 'README.md')
  .map((name) => name.slice(0, -3))

function read() {
  const boolean = { type: 'boolean' } as const
  const options = {
    site: { type: 'string' },
    stack: { type: 'string' },
    execute: boolean,
    json: boolean,
    help: boolean,
  } as const
  try {
    return parseArgs({ allowPositionals: true, options })
  } catch (error) {
    return fail(`${(error as Error).message.split('. ')[0]}. Usage:\n\n${usage}`)
  }
}

async function siteOrFail() {
  try {
    return await openSite(which)
  } catch (error) {
    return fail((error as Error).message)
  }
}

const { values, positionals } = read()
// Inside a task of the stack it is known which.
const which = { site: values.site, stack: values.stack ?? (values.site ? undefined : process.env.LIFT_STACK) }
const [name] = positionals

if (values.help) console.log(usage)
else if (name === 'list') console.log(names.join('\n'))
else if (name === 'status') {
  const status = await readStatus(await siteOrFail())
  console.log(values.json ? JSON.stringify(status, undefined, 2) : statusText(status))
} else if (name === 'resume') await settleWhatIsLeft()
else if (name && names.includes(name)) await run(name)
else
  fail(
    `${name ? `there is no runbook «${name}»` : 'which runbook?'} There are: ${names.join(', ')}\n\n${usage}`,
  )

async function settleWhatIsLeft(): Promise<void> {
  const site = await siteOrFail()
  if (!values.execute) {
    console.log(`${statusText(await readStatus(site))}\n\nNothing was done: «resume» acts with --execute.`)
    return
  }
  try {
    const { settled, lock } = await resume(site, await whoActs(site, 'resume'))
    if (settled) {
      const { epoch, decision, postponed } = settled
      console.log(`epoch ${epoch} is settled: ${decision.verdict}, decided by ${decision.by}`)
      for (const error of postponed)
        console.log(`left for the watchdog, which keeps trying: ${error.message}`)
    }
    if (lock)
      console.log(`the lock of «${lock.runbook}» (process ${lock.pid}, since ${lock.since}) is removed`)
    if (!settled && !lock) console.log('nothing was left to settle')
    process.exit(0)
  } catch (error) {
    console.error((error as Error).message)
    process.exit(1)
  }
}

async function run(runbook: string): Promise<void> {
  await siteOrFail()
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', 'node_modules/zx/build/cli.js', `runbooks/${runbook}.md`],
    {
      stdio: 'inherit',
      env: { ...process.env, ...siteEnvironment(which), ...(values.execute ? { LIFT_EXECUTE: '1' } : {}) },
    },
  )
  // Ctrl-C reaches the child too; it ends in order, and we with it.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})
  child.on('exit', (code) => process.exit(code ?? 1))
}
