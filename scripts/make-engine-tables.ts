/**
 * Makes the stand-in's tables from cfn-lint and botocore, whose files are too large to ship:
 *
 *   pip install cfn-lint==1.58.0 botocore==1.44.5
 *   npx tsx scripts/make-engine-tables.ts --cfn-lint <…/cfnlint> --botocore <…/botocore> [--check]
 *
 * Writes engine/stand-in/data/*.json; with --check compares instead, and exits 1 when one would change.
 */

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual, parseArgs } from 'node:util'
import { actionTable, containerTable, replacementTable } from '../engine/tables/make.ts'

const { values } = parseArgs({
  options: {
    'cfn-lint': { type: 'string' },
    botocore: { type: 'string' },
    check: { type: 'boolean', default: false },
  },
})
const folder = (name: 'cfn-lint' | 'botocore', inside: string): string => {
  const given = values[name]
  if (given === undefined || !existsSync(join(given, inside))) {
    console.error(
      `make-engine-tables: --${name} must be the folder of the Python package (with ${inside} in it)`,
    )
    process.exit(2)
  }
  return given
}
const cfnLint = folder('cfn-lint', 'data/schemas/providers/us-east-1.json')
const botocore = folder('botocore', 'data/ecs')

const tables = {
  'replacements.json': replacementTable(cfnLint),
  'iam-actions.json': actionTable(cfnLint),
  'container-definition.json': containerTable(botocore),
}
let changed = 0
for (const [name, table] of Object.entries(tables)) {
  const file = join(import.meta.dirname, '..', 'engine', 'stand-in', 'data', name)
  if (existsSync(file) && isDeepStrictEqual(JSON.parse(readFileSync(file, 'utf8')), table)) continue
  changed += 1
  console.log(`${name}: ${values.check ? 'would change' : 'written'}`)
  if (!values.check) writeFileSync(file, `${JSON.stringify(table, null, 2)}\n`)
}
if (changed === 0) console.log('nothing to change')
process.exit(values.check && changed > 0 ? 1 : 0)
