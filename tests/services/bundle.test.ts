import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'ava'
import { builtinsBanner, requireBuiltins } from '../../services/builtins.ts'
import { type Bundle, buildFunctions } from '../../services/bundle.ts'
import { testSandbox } from '../postgres.ts'
import { Instance } from './instance.ts'

interface Metafile {
  inputs: Record<string, unknown>
  outputs: Record<string, { inputs: Record<string, { bytesInOutput: number }> }>
}

let bundles: Bundle[]
const folder = () => join(testSandbox().dir, 'functions')
test.before(async () => {
  bundles = await buildFunctions(folder())
})

async function bytesOf(name: string, pattern: RegExp): Promise<number> {
  const { outputs } = JSON.parse(
    await readFile(join(folder(), '../meta', `${name}.json`), 'utf8'),
  ) as Metafile
  const inputs = Object.values(outputs).flatMap((each) => Object.entries(each.inputs))
  return inputs
    .filter(([path]) => pattern.test(path))
    .reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0)
}

// Each of these is what services/lean.ts reaches: a release of a package that it does not fit makes a bundle larger.
test('a bundle leaves out what a function never needs', async (t) => {
  for (const { name, bytes } of bundles) {
    t.true(bytes < 550 * 1024, `${name}: ${bytes} bytes`)
    t.is(
      await bytesOf(name, /^node_modules.*(credential-provider-(?!env|node)|nested-clients)/),
      0,
      `${name}: credentials`,
    )
    t.is(await bytesOf(name, /event-streams\//), 0, `${name}: event streams`)
    t.true((await bytesOf(name, /zod\//)) < 35_000, `${name}: zod`)
    t.true((await bytesOf(name, /dist-es\/schemas\//)) < 25_000, `${name}: shapes of calls`)
    t.true((await bytesOf(name, /powertools\/parser\//)) < 1000, `${name}: events of others`)
  }
})

test('a bundle takes what Node has without importing it', async (t) => {
  for (const { name, file } of bundles) {
    const code = await readFile(file, 'utf8')
    t.true(code.startsWith(builtinsBanner), name)
    t.notRegex(code, /(^|[;}])import ?[\w${*"]/m, name)
  }
  const imports = [
    'import{connect as a}from"node:tls";',
    'import b,{$c as c$}from"x";',
    'import e from"node:os";',
    'import*as f from"node:zlib";',
  ]
  t.is(
    requireBuiltins(`${builtinsBanner}\nvar d=1;${imports.join('')}a(e,f)`),
    `${builtinsBanner}const {connect: a} = require("node:tls");const e = require("node:os");const f = require("node:zlib");\nvar d=1;${imports[1]}a(e,f)`,
    'what is not one of Node is left as it is',
  )
  t.throws(() => requireBuiltins('a()'))
})

test('without credentials in the environment a function says what is left out', async (t) => {
  const settlement = bundles.find(({ name }) => name === 'settlement')!
  const environment = {
    AWS_REGION: 'eu-central-1',
    HOME: testSandbox().dir,
    DATABASE_URL_SECRET_ARN: 'arn:aws:secretsmanager:eu-central-1:333333333333:secret:one',
    SOURCE_BUCKET: 'source',
    DESTINATION_BUCKET: 'destination',
  }
  await t.throwsAsync(Instance.start(t, settlement.file, environment), {
    message: /@aws-sdk\/credential-provider-ini is left out of functions/,
  })
})
