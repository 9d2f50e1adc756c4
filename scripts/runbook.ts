/** `npm run runbook -- NAME --site FILE [--execute]`: a runbook against a pair of databases. */
import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { parseArgs } from 'node:util'

const usage = `npm run runbook -- NAME --site FILE [--execute] [--take-over]
npm run runbook -- list

  --site       the site file: both databases, the write gate, the front door
  --execute    act; without it every check runs and nothing changes
  --take-over  take the lock of a run whose process is gone`

function fail(message: string): never {
  console.error(message)
  process.exit(2)
}

const names = readdirSync('runbooks')
  .filter((name) => name.endsWith('.md'))
  .map((name) => name.slice(0, -3))

function read() {
  try {
    return parseArgs({
      args: process.argv.slice(2),
      allowPositionals: true,
      options: {
        site: { type: 'string' },
        execute: { type: 'boolean' },
        'take-over': { type: 'boolean' },
        help: { type: 'boolean' },
      },
    })
  } catch (error) {
    return fail(`${(error as Error).message.split('. ')[0]}. Usage:\n\n${usage}`)
  }
}

const { values, positionals } = read()
const [name] = positionals
if (values.help) {
  console.log(usage)
  process.exit(0)
}
if (name === 'list') {
  console.log(names.join('\n'))
  process.exit(0)
}
if (!name || !names.includes(name))
  fail(
    `${name ? `there is no runbook «${name}»` : 'which runbook?'} There are: ${names.join(', ')}\n\n${usage}`,
  )
if (!values.site) fail(`which site? give --site FILE\n\n${usage}`)
if (!existsSync(values.site)) fail(`the site file ${values.site} does not exist`)

const child = spawn(
  process.execPath,
  ['--import', 'tsx', 'node_modules/zx/build/cli.js', `runbooks/${name}.md`],
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      LIFT_SITE: values.site,
      ...(values.execute ? { LIFT_EXECUTE: '1' } : {}),
      ...(values['take-over'] ? { LIFT_TAKE_OVER: '1' } : {}),
    },
  },
)
// Ctrl-C reaches the child too; it ends in order, and we with it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})
child.on('exit', (code) => process.exit(code ?? 1))
