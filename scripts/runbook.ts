/** `npm run runbook -- NAME (--stack S | --site FILE) [--execute]`, and what goes with it; see docs/runbooks.md. */
import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { parseArgs } from 'node:util'
import { abortRun } from '../migration/commands/abort.ts'
import { answerRequest } from '../migration/commands/approve.ts'
import { listText } from '../migration/commands/list.ts'
import { settleWhatIsLeft } from '../migration/commands/resume.ts'
import { writeBundle } from '../migration/evidence/bundle.ts'
import { verifyBundle } from '../migration/evidence/verify.ts'
import { pageNames, readPage } from '../migration/page/page.ts'
import { environmentOf, siteOf } from '../migration/run/options.ts'
import { whoAmI } from '../migration/safety/person.ts'
import { MisuseError } from '../migration/safety/terminal.ts'
import { SiteError } from '../migration/site.ts'
import { readStatus, statusText } from '../migration/status.ts'

const usage = `npm run runbook -- NAME (--site FILE | --stack NAME) [--execute] [--yes] [--json]
npm run runbook -- list
npm run runbook -- status   …  [--json]             who accepts writes, what runs, what to do
npm run runbook -- approve STEP … [--no] [--reason TEXT]
npm run runbook -- abort    …  [--reason TEXT]      the run that lives stops after its step
npm run runbook -- resume   …  --execute            settles what a run that died has left
npm run runbook -- evidence RUN … [--into FOLDER]   what the auditor needs; check it: --verify FOLDER

  NAME         one of list; without --execute every check runs and nothing changes
  --site       the site file: both databases, the write gate, the front door
  --stack      a stack of the program: its outputs say the same
  --yes        a machine answers what a person would be asked; refused in production
  --json       one JSON line an event
  --as         who you are, on a site file; without it the user of this machine
  --reason     why, in your words: it stands in the journal
  --take-over  resume: the run on another machine is gone, I looked`

const text = { type: 'string' } as const
const flag = { type: 'boolean' } as const
const options = {
  ...{ site: text, stack: text, as: text, reason: text, verify: text, into: text },
  ...{ execute: flag, yes: flag, json: flag, no: flag, 'take-over': flag, help: flag },
} as const

function read() {
  try {
    return parseArgs({ allowPositionals: true, options })
  } catch (error) {
    throw new MisuseError(`${(error as Error).message.split('. ')[0]}. Usage:\n\n${usage}`)
  }
}

const print = (line: string) => console.log(line)

async function main(): Promise<number> {
  const { values, positionals } = read()
  const [name, argument, ...more] = positionals
  const { execute = false, yes = false, json = false, site: file, as, reason } = values
  // Inside a task of a stack it is known which.
  const stack = values.stack ?? (file ? undefined : process.env.LIFT_STACK || undefined)
  const run = { stack, site: file, execute, yes, json, as, reason }
  const site = () => siteOf(run)
  const person = () => whoAmI(run)
  if (more.length > 0 || (argument && name !== 'approve' && name !== 'evidence'))
    throw new MisuseError(`what is «${more[0] ?? argument}»? Usage:\n\n${usage}`)
  if (values.help) print(usage)
  else if (name === 'list') print(listText())
  else if (name === 'status') {
    const status = await readStatus(await site())
    print(json ? JSON.stringify(status, undefined, 2) : statusText(status))
  } else if (name === 'approve') {
    if (!argument) throw new MisuseError('approve what? «status» names the step that waits')
    const answer = {
      step: argument,
      person: await person(),
      verdict: values.no ? 'no' : 'yes',
      reason,
    } as const
    print(await answerRequest(await site(), answer))
  } else if (name === 'abort' || name === 'resume') {
    const asked = { person: await person(), reason: reason ?? 'without a reason' }
    const stopped = name === 'abort' ? await abortRun(await site(), asked) : undefined
    if (stopped) print(stopped)
    else if (!execute)
      print(
        `${statusText(await readStatus(await site()))}\n\nNothing was done: «${name}» acts with --execute.`,
      )
    else {
      const consent = { person: asked.person, yes, takeOver: values['take-over'] ?? false, say: print }
      for (const line of await settleWhatIsLeft(await site(), consent)) print(line)
    }
  } else if (name === 'evidence' && values.verify) {
    const { run: of, seal, problems } = await verifyBundle(values.verify)
    print(
      [`${of}, seal ${seal}`, ...problems, problems.length === 0 ? 'everything agrees' : '']
        .join('\n')
        .trim(),
    )
    return problems.length === 0 ? 0 : 1
  } else if (name === 'evidence') {
    if (!argument) throw new MisuseError('evidence of which run? «cutover» is the last one of that runbook')
    const { folder, seal, broken } = await writeBundle(await site(), argument, values.into)
    print(`${folder}\nseal ${seal} (note it elsewhere: it changes with any byte)`)
    if (broken) print(`the journal's chain breaks at ${broken}`)
    return broken ? 1 : 0
  } else if (name && pageNames().includes(name)) {
    if (readPage(name).calls.length === 0)
      throw new MisuseError(`${name} is done by hand, nothing of it runs by itself: read runbooks/${name}.md`)
    await site()
    demandWritable('runbooks')
    return await start(name, environmentOf(run))
  } else {
    const what = name ? `there is no runbook «${name}»` : 'which runbook?'
    throw new MisuseError(`${what} There are: ${pageNames().join(', ')}\n\n${usage}`)
  }
  return 0
}

/** zx writes each page as a module beside it. */
function demandWritable(folder: string): void {
  try {
    accessSync(folder, constants.W_OK)
  } catch {
    throw new MisuseError(
      `you may not write to ${process.cwd()}/${folder}, and the page is made a program there: work in a clone of your own`,
    )
  }
}

/** zx runs the page itself: what an operator reads is the program. */
function start(runbook: string, environment: Record<string, string>): Promise<number> {
  const child = spawn(
    process.execPath,
    ['--import', './start/pages.mjs', 'node_modules/zx/build/cli.js', `runbooks/${runbook}.md`],
    { stdio: 'inherit', env: { ...process.env, ...environment } },
  )
  // Ctrl-C reaches the child by itself; it ends in order, and we with it.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  return new Promise((resolve) => child.on('exit', (code) => resolve(code ?? 1)))
}

try {
  process.exit(await main())
} catch (error) {
  console.error((error as Error).message)
  process.exit(error instanceof MisuseError || error instanceof SiteError ? 2 : 1)
}
