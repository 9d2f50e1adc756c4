/** The parts that some tests need and not every machine has. A missing one skips its tests, aloud; with REQUIRE_ALL=1 it fails them. */

import { execFileSync } from 'node:child_process'
import test, { type TestFn } from 'ava'
import { findProgram } from '../engine/location.ts'
import { findPgbench } from '../rehearsal/pgbench/program.ts'

/**
 * Long tables of cases run whole where THOROUGH=1, as CI does once; otherwise a sample of them, and the test's log
 * says how many.
 */
export const thorough = process.env.THOROUGH === '1'

interface PartRow {
  /** Where it is, or undefined. */
  find: () => string | undefined
  /** How to get it. */
  mend: string
}

/** A package that Python finds, as its folder; with `version`, that version only. */
const pythonPackage = (module: string, distribution: string, version?: string) => (): string | undefined => {
  const ask = `
import importlib.metadata as m, importlib.util as u, os
s = u.find_spec("${module}")
print(os.path.dirname(s.origin) if s and ${version === undefined} or s and m.version("${distribution}") == "${version}" else "")`
  const python = process.env.PYTHON ?? 'python3'
  try {
    return (
      execFileSync(python, ['-c', ask.replaceAll('true', 'True').replaceAll('false', 'False')], {
        encoding: 'utf8',
      }).trim() || undefined
    )
  } catch {
    return undefined
  }
}

const rows = {
  'pulumi CLI': { find: () => findProgram('pulumi'), mend: 'npx tsx scripts/install-engine.ts' },
  'language host': {
    find: () => findProgram('pulumi-language-nodejs'),
    mend: 'npx tsx scripts/install-engine.ts',
  },
  'python moto': {
    find: pythonPackage('moto', 'moto', '5.2.5'),
    mend: "pip install 'moto[server,all]==5.2.5' (PYTHON names the interpreter)",
  },
  pgbouncer: { find: () => findProgram('pgbouncer'), mend: 'apt-get install pgbouncer' },
  pgbench: { find: findPgbench, mend: 'apt-get install postgresql, or PGBENCH names it' },
  pg_dump: { find: () => findProgram('pg_dump'), mend: 'apt-get install postgresql-client' },
  jdk: { find: () => findProgram('javac'), mend: 'install a JDK, 17 or later' },
  ruby: { find: () => findProgram('ruby'), mend: 'apt-get install ruby' },
  maven: { find: () => findProgram('mvn'), mend: 'apt-get install maven' },
  'cfn-lint data': {
    find: pythonPackage('cfnlint', 'cfn-lint', '1.58.0'),
    mend: 'pip install cfn-lint==1.58.0 (PYTHON names the interpreter)',
  },
  'botocore data': {
    find: pythonPackage('botocore', 'botocore', '1.44.5'),
    mend: 'pip install botocore==1.44.5 (PYTHON names the interpreter)',
  },
} satisfies Record<string, PartRow>

export type Part = keyof typeof rows

const found = new Map<Part, string | undefined>()

/** Where a part is on this machine, or undefined. */
export const findPart = (part: Part): string | undefined => {
  if (!found.has(part)) found.set(part, rows[part].find())
  return found.get(part)
}

/** The parts among these that are missing, each with how to get it. */
export const missingParts = (...parts: Part[]): string[] =>
  parts.filter((part) => findPart(part) === undefined).map((part) => `no ${part} (${rows[part].mend})`)

/**
 * Ava's `test`, for a file whose tests need these parts: `const test = needs('pulumi CLI')`.
 * With a part missing, every test is skipped with the reason in its title, and its hooks do not run;
 * with REQUIRE_ALL=1 every test fails with the reason.
 */
export const needs = (...parts: Part[]): TestFn => {
  const missing = missingParts(...parts)
  if (missing.length === 0) return test
  const reason = missing.join(', ')
  const instead = (title: string): void => {
    if (process.env.REQUIRE_ALL === '1') test(`${title}: ${reason}`, (t) => t.fail(reason))
    else test.skip(`${title}: skipped, ${reason}`, () => {})
  }
  const ignored = Object.assign(() => {}, { always: () => {}, skip: () => {} })
  const modifiers = {
    serial: instead,
    failing: instead,
    only: instead,
    skip: test.skip,
    todo: test.todo,
    meta: test.meta,
  }
  const hooks = { before: ignored, after: ignored, beforeEach: ignored, afterEach: ignored }
  Object.assign(instead, modifiers, hooks, { serial: Object.assign(instead, hooks) })
  return instead as unknown as TestFn
}
