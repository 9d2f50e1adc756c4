/** Where the Pulumi CLI and its Node language host are found: on the PATH, or where `scripts/install-engine.ts` put them. */

import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** One Go program of the engine. `version` comes from its go.mod, which is the only place that states it. */
export interface EnginePart {
  name: string
  module: string
  package: string
  version: string
  source: string
  ldflags: string
}

const cli = join(dirname(fileURLToPath(import.meta.url)), 'cli')

const part = (name: string, folder: string, module: string, command: string): EnginePart => {
  const source = join(cli, folder)
  const pinned = readFileSync(join(source, 'go.mod'), 'utf8').match(
    new RegExp(`^\\s*(?:require )?${module.replaceAll('.', '\\.')} (v\\S+)`, 'm'),
  )
  if (pinned === null) throw new Error(`${join(source, 'go.mod')}: no version of ${module}; require one`)
  const version = pinned[1]!
  return { name, module, package: `${module}/${command}`, version, source, ldflags: '' }
}

const stamped = (engine: EnginePart, variable: string): EnginePart => ({
  ...engine,
  ldflags: `-s -w -X ${variable}=${engine.version}`,
})

const sdk = 'github.com/pulumi/pulumi/sdk/v3'

/** The two programs, in the order they are built. */
export const engineParts: readonly EnginePart[] = [
  stamped(
    part('pulumi-language-nodejs', 'language-nodejs', sdk, 'nodejs/cmd/pulumi-language-nodejs'),
    `${sdk}/go/common/version.Version`,
  ),
  stamped(
    part('pulumi', 'pulumi', 'github.com/pulumi/pulumi/pkg/v3', 'cmd/pulumi'),
    `${sdk}/go/common/version.Version`,
  ),
]

/** The cache folder of the user that holds these versions: `$XDG_CACHE_HOME` or `~/.cache`. */
export const engineFolder = (env: NodeJS.ProcessEnv = process.env): string =>
  join(
    env.XDG_CACHE_HOME || join(homedir(), '.cache'),
    'payments-lift',
    'engine',
    engineParts.map((p) => `${p.name}-${p.version}`).join('+'),
    'bin',
  )

const isProgram = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

/** The absolute path of a program, first where the engine is installed, then on the PATH. */
export const findProgram = (name: string, env: NodeJS.ProcessEnv = process.env): string | undefined =>
  [engineFolder(env), ...(env.PATH ?? '').split(delimiter)]
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isProgram)
