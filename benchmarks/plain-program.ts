import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cp, mkdir, mkdtemp, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { putBundles } from '../tests/engine/lift.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const run = promisify(execFile)
const json = async (file: string) => JSON.parse(await readFile(join(root, file), 'utf8'))

/** How the plain CLI gets from TypeScript to what Node runs. */
export interface Loader {
  /** Folder of the packages, where ts-node and TypeScript must be for Pulumi to find them. */
  packages: string
  /** Of Pulumi.yaml's runtime. */
  options: Record<string, unknown>
  /** What tsconfig.json must say otherwise for this loader. */
  compilerOptions: Record<string, unknown>
}

/** As this project's own Pulumi.yaml says: tsx, without types. */
export const projectLoader = (): Loader => ({
  packages: join(root, 'node_modules'),
  options: { typescript: false, nodeargs: '--import tsx' },
  compilerOptions: {},
})

/** What a Pulumi.yaml without options means: ts-node, which checks types by its own default. */
export async function defaultLoader(): Promise<Loader> {
  const { dependencies, devDependencies } = await json('package.json')
  const same = ['@pulumi/pulumi', '@pulumi/aws', '@pulumi/awsx', 'zod', 'yaml']
  const wanted = {
    ...Object.fromEntries(same.map((name) => [name, dependencies[name]])),
    '@types/node': devDependencies['@types/node'],
    // The newest that @pulumi/pulumi takes (it wants TypeScript below 7) and ts-node works with.
    'ts-node': '10.9.2',
    typescript: '5.9.3',
  }
  const text = JSON.stringify({ private: true, type: 'module', dependencies: wanted })
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'payments-lift')
  const folder = join(cache, `default-loader-${createHash('sha256').update(text).digest('hex').slice(0, 8)}`)
  if (!(await stat(folder).catch(() => undefined))) {
    process.stdout.write('installing ts-node and TypeScript for the peer …\n')
    await mkdir(cache, { recursive: true })
    // Made beside and renamed: an installation cut short leaves nothing that looks finished.
    const beside = await mkdtemp(join(cache, '.installing-'))
    try {
      await writeFile(join(beside, 'package.json'), text)
      await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: beside })
      await rename(beside, folder)
    } finally {
      await rm(beside, { recursive: true, force: true })
    }
  }
  return {
    packages: join(folder, 'node_modules'),
    options: {},
    // ts-node emits, and TypeScript takes names that end in .ts only from who rewrites them.
    compilerOptions: {
      allowImportingTsExtensions: undefined,
      noEmit: false,
      rewriteRelativeImportExtensions: true,
    },
  }
}

/** The program in a folder of its own, below `parent`, as the CLI finds it with a loader. */
export async function copyProgram(
  parent: string,
  { packages, options, compilerOptions }: Loader,
): Promise<string> {
  const folder = await mkdtemp(join(parent, 'program-'))
  for (const name of programParts) await cp(join(root, name), join(folder, name), { recursive: true })
  await symlink(packages, join(folder, 'node_modules'))
  const write = (name: string, value: unknown) => writeFile(join(folder, name), JSON.stringify(value))
  await write('Pulumi.yaml', {
    name: 'payments-lift',
    main: 'index.ts',
    runtime: { name: 'nodejs', options },
  })
  await write('package.json', { private: true, type: 'module' })
  const own = await json('tsconfig.json')
  await write('tsconfig.json', {
    compilerOptions: { ...own.compilerOptions, ...compilerOptions },
    files: ['index.ts'],
  })
  await putBundles(folder)
  return folder
}

/** All that index.ts imports, and prod's settings. */
const programParts = [
  ...['index.ts', 'phases.ts', 'deployed.ts', 'outputs.ts', 'settings.ts', 'hold.ts', 'Pulumi.prod.yaml'],
  ...['settings', 'components', 'wiring', 'placement', 'prices'],
]
