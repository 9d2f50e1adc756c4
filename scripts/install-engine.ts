/**
 * Builds the Pulumi CLI and its Node language host from Go modules, for the tests that need the real engine.
 * Four to five minutes on 2 cores the first time, nothing at all the next.
 *
 *   npx tsx scripts/install-engine.ts [--print-path]
 */

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { engineParts, partFolder } from '../engine/location.ts'

const unknown = process.argv.slice(2).filter((a) => a !== '--print-path')
if (unknown.length > 0) {
  console.error(`install-engine: unknown argument ${unknown[0]}; the only one is --print-path`)
  process.exit(2)
}
const quiet = process.argv.includes('--print-path')
const say = quiet ? () => {} : console.log

for (const part of engineParts) {
  const folder = partFolder(part)
  mkdirSync(folder, { recursive: true })
  const target = join(folder, part.name)
  if (existsSync(target)) {
    say(`${part.name} ${part.version}: already there`)
    continue
  }
  say(`${part.name} ${part.version}: building …`)
  const began = performance.now()
  // Built beside and renamed: a build cut short leaves nothing that looks finished.
  const beside = mkdtempSync(join(folder, '.building-'))
  const clear = () => rmSync(beside, { recursive: true, force: true })
  // Also by process.exit, which no `finally` sees.
  process.once('exit', clear)
  const built = spawnSync(
    'go',
    ['build', '-trimpath', '-ldflags', part.ldflags, '-o', join(beside, part.name), part.package],
    { cwd: part.source, stdio: ['ignore', 2, 2], env: { ...process.env, CGO_ENABLED: '0' } },
  )
  if (built.error !== undefined) {
    console.error(`install-engine: ${built.error.message}; Go 1.26 or later must be on the PATH`)
    process.exit(1)
  }
  if (built.status !== 0) {
    console.error(
      `install-engine: go build of ${part.package} in ${part.source} failed (above); nothing was installed for it`,
    )
    process.exit(1)
  }
  renameSync(join(beside, part.name), target)
  clear()
  say(`${part.name} ${part.version}: built in ${Math.round((performance.now() - began) / 1000)} s`)
}
const path = engineParts.map((part) => partFolder(part)).join(delimiter)
console.log(quiet ? path : `engine: ${path}`)
