import { mkdir, rm, stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type BuildOptions, build } from 'esbuild'
import { builtinsBanner, requireBuiltins } from './builtins.ts'
import { absentFromFunctions, lean } from './lean.ts'

/** What is deployed as a function: the folder of its handler, and the name of its bundle. */
export const functions = ['settlement', 'webhooks', 'log-shipper'] as const
export type FunctionName = (typeof functions)[number]

export interface Bundle {
  name: FunctionName
  /** What Lambda imports. */
  file: string
  bytes: number
  /** Source files in it. */
  inputs: number
}

const root = join(import.meta.dirname, '..')
export const entryOf = (name: FunctionName): string => join(root, 'services', name, 'handler.ts')

// In parts: it is the bundle's own address, and start/bundle.mjs would put that of this file in its place.
const own = ['import', 'meta', 'url'].join('.')
/** Dependencies in CommonJS ask for `require`; a bundle in ESM has none of its own. */
const banner = `import { createRequire } from 'node:module'; const require = createRequire(${own});`

/** A program and what it needs as one module of ESM, which is there much sooner than the many it is made of. */
export const inOneFile = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  minify: true,
  legalComments: 'linked',
  mainFields: ['module', 'main'],
  banner: { js: banner },
  external: ['pg-native', 'pg-cloudflare'],
  // pg asks it whether this is a Cloudflare Worker, and where it is missing (Node 20) loads all of fetch to find out.
  define: { navigator: JSON.stringify({ userAgent: 'Node.js' }) },
  plugins: [lean],
  logLevel: 'warning',
} satisfies BuildOptions

/**
 * Builds `<into>/<name>/index.mjs` for each function, and `<into>/../meta/<name>.json` (esbuild's metafile) beside.
 * The same sources make the same bytes on every machine, so that a preview shows a function changed only when it is.
 */
export async function buildFunctions(
  into = join(root, 'dist/functions'),
  names: readonly FunctionName[] = functions,
): Promise<Bundle[]> {
  const metas = join(into, '../meta')
  await mkdir(metas, { recursive: true })
  return Promise.all(names.map((name) => bundle(name, into, metas)))
}

async function bundle(name: FunctionName, into: string, metas: string): Promise<Bundle> {
  // From where we are, as the program's archives are; esbuild would take it from our root.
  const folder = resolve(into, name)
  // Nothing that an earlier build has left is deployed.
  await rm(folder, { recursive: true, force: true })
  const file = join(folder, 'index.mjs')
  const { metafile, outputFiles } = await build({
    ...inOneFile,
    entryPoints: [entryOf(name)],
    outfile: file,
    // Nothing is left outside of it but what Node has.
    banner: { js: builtinsBanner },
    plugins: [lean, absentFromFunctions],
    metafile: true,
    write: false,
  })
  await mkdir(folder, { recursive: true })
  for (const { path, text } of outputFiles)
    await writeFile(path, path === file ? requireBuiltins(text) : text)
  await writeFile(join(metas, `${name}.json`), JSON.stringify(metafile))
  const { size } = await stat(file)
  return { name, file, bytes: size, inputs: Object.keys(metafile.inputs).length }
}
