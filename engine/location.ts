/** Where the Pulumi CLI and its Node language host are found: on the PATH, or where `scripts/install-engine.ts` put them. */

import { createHash } from 'node:crypto'
import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

/** One Go program of the engine. */
export interface EnginePart {
  name: string
  /** What `go build` builds, in the folder `source`. */
  package: string
  source: string
  /** Of Pulumi's modules, from go.mod, which alone states it; with a hash of the source where that is ours. */
  version: string
  ldflags: string
}

const cli = join(import.meta.dirname, 'cli')
const pulumi = 'github.com/pulumi/pulumi'

const part = (name: string, source: string, module: string, packagePath: string): EnginePart => {
  const text = (file: string) => readFileSync(join(cli, source, file), 'utf8')
  const required = text('go.mod').match(new RegExp(`${module.replaceAll('.', '\\.')} (v\\S+)`))?.[1]
  if (required === undefined) throw new Error(`engine/cli/${source}/go.mod: require a version of ${module}`)
  const ours =
    packagePath === '.' ? `-${createHash('sha256').update(text('main.go')).digest('hex').slice(0, 8)}` : ''
  return {
    name,
    package: packagePath,
    source: join(cli, source),
    version: `${required}${ours}`,
    ldflags: `-s -w -X ${pulumi}/sdk/v3/go/common/version.Version=${required}`,
  }
}

/** The Pulumi CLI and its language host for Node, in the order they are built. */
export const engineParts: readonly EnginePart[] = [
  part('pulumi-language-nodejs', 'language-nodejs', `${pulumi}/sdk/v3`, '.'),
  part('pulumi', 'pulumi', `${pulumi}/pkg/v3`, `${pulumi}/pkg/v3/cmd/pulumi`),
]

/** The folder in the user's cache (`$XDG_CACHE_HOME` or `~/.cache`) that holds this version of a part. */
export const partFolder = ({ name, version }: EnginePart, env: NodeJS.ProcessEnv = process.env): string =>
  join(
    env.XDG_CACHE_HOME || join(homedir(), '.cache'),
    'payments-lift',
    'engine',
    `${name}-${version}`,
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
export const findProgram = (name: string, env: NodeJS.ProcessEnv = process.env): string | undefined => {
  const installed = engineParts.filter((one) => one.name === name).map((one) => partFolder(one, env))
  return [...installed, ...(env.PATH ?? '').split(delimiter)]
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isProgram)
}
