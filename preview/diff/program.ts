import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build, type Plugin } from 'esbuild'
import { projectFolder } from '../../settings/stack-file.ts'
import type { RecordOptions, record } from '../record.ts'
import type { Attempt, Stand } from './side.ts'

/** The program of a folder, loaded into this process. */
export interface Program {
  /** What it registers for a stack; `config` instead of the stack's file. */
  read(stand: Stand, config?: Record<string, string>): Promise<Attempt>
}

/** Files read otherwise than they stand on disk, by their path in the folder. */
export type Edits = ReadonlyMap<string, string>

interface Loaded {
  record: typeof record
  anyResourceReasons(): ReadonlyMap<string, string>
}

const entry = `
export { record } from './preview/record.ts'
export { anyResourceReasons } from './components/policies.ts'
`

/**
 * Loads the programs of folders, each as one bundle, so that several versions of it run in one process and share
 * Pulumi's packages, whose loading takes longer than all else. The recorder is this tree's for all of them: what
 * differs is then the program.
 */
export class Programs {
  readonly #scratch: string
  #loaded = 0

  private constructor(scratch: string) {
    this.#scratch = scratch
  }

  static async open(): Promise<Programs> {
    const scratch = await mkdtemp(join(tmpdir(), 'payments-lift-programs-'))
    await symlink(join(projectFolder, 'node_modules'), join(scratch, 'node_modules'))
    return new Programs(scratch)
  }

  close(): Promise<void> {
    return rm(this.#scratch, { recursive: true, force: true })
  }

  async load(folder: string = projectFolder, edits: Edits = new Map()): Promise<Program> {
    this.#loaded += 1
    const outfile = join(this.#scratch, `program-${this.#loaded}.mjs`)
    await build({
      stdin: { contents: entry, resolveDir: projectFolder, loader: 'ts', sourcefile: 'entry.ts' },
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      packages: 'external',
      logLevel: 'silent',
      plugins: [programOf(resolve(folder), edits)],
    })
    const loaded = (await import(pathToFileURL(outfile).href)) as Loaded
    return { read: (stand, config) => read(loaded, { ...stand, config }) }
  }
}

/** The recorder from this tree, everything else from the program's folder, with its edits. */
const programOf = (folder: string, edits: Edits): Plugin => ({
  name: 'program',
  setup({ onResolve, onLoad }) {
    const ours = ['preview', 'engine'].map((name) => join(projectFolder, name) + sep)
    onResolve({ filter: /^\.{1,2}\// }, ({ path, resolveDir }) => {
      const target = resolve(resolveDir, path)
      const inProgram = target.startsWith(folder + sep) && folder !== projectFolder
      if (inProgram || ours.some((part) => target.startsWith(part))) return { path: target }
      return { path: join(folder, relative(projectFolder, target)) }
    })
    onLoad({ filter: /\.ts$/ }, async ({ path }) => ({
      contents: placed(edits.get(relative(folder, path)) ?? (await readFile(path, 'utf8')), path),
      loader: 'ts',
    }))
  },
})

/** A bundle stands elsewhere than its parts did. */
const placed = (text: string, path: string): string =>
  text
    .replaceAll('import.meta.dirname', JSON.stringify(dirname(path)))
    .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))

async function read({ record, anyResourceReasons }: Loaded, options: RecordOptions): Promise<Attempt> {
  try {
    const { settings, resources } = await record(options)
    const { stack, accountId, phase, weight, removal, disposable } = settings
    const reasons = Object.fromEntries(anyResourceReasons())
    return { side: { stack, accountId, phase, weight, removal, disposable, resources, reasons } }
  } catch (error) {
    // Components refuse by throwing, and a program may be broken: either way this is what it has to say.
    return { refused: (error as Error).message }
  }
}
