import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const root = resolve(import.meta.dirname, '..')
/** These are taken in; the others are loaded from where npm has put them, when they are needed. */
const takenIn = /^(pg|yaml|zod)$/
const dayMs = 24 * 3600 * 1000

function stampOf(files) {
  const hash = createHash('sha256')
  for (const file of files) {
    const { mtimeMs, size } = statSync(join(root, file))
    hash.update(`${file} ${mtimeMs} ${size}\n`)
  }
  return hash.digest('hex')
}

function made(list) {
  try {
    const { files, stamp, entry } = JSON.parse(readFileSync(list, 'utf8'))
    return stampOf(files) === stamp && statSync(join(root, entry)).isFile() ? entry : undefined
  } catch {
    return undefined // never made, or a source of it is gone
  }
}

const ourFiles = {
  name: 'our-files',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^[^./#]/ }, ({ path, importer, kind }) =>
      kind === 'entry-point' || takenIn.test(path) || importer.includes('node_modules')
        ? undefined
        : { path, external: true },
    )
    // Messages in 50 languages, a third of a megabyte; ours are in one.
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js'",
    }))
    // What a file says of itself stays true.
    onLoad({ filter: /\.ts$/ }, ({ path }) => ({
      loader: 'ts',
      contents: readFileSync(path, 'utf8')
        .replaceAll('import.meta.dirname', JSON.stringify(dirname(path)))
        .replaceAll('import.meta.filename', JSON.stringify(path))
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)),
    }))
  },
}

async function make(source, folder, list) {
  mkdirSync(folder, { recursive: true })
  for (const each of readdirSync(folder))
    if (statSync(join(folder, each)).mtimeMs < Date.now() - dayMs)
      rmSync(join(folder, each), { recursive: true, force: true })
  const { build } = await import('esbuild')
  const into = join(folder, `${Date.now()}-${process.pid}`)
  const { metafile } = await build({
    entryPoints: [source],
    outdir: into,
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    mainFields: ['module', 'main'],
    external: ['pg-native', 'pg-cloudflare'],
    banner: { js: 'const require = process.getBuiltinModule;' },
    // pg asks it whether this is a Cloudflare Worker, and where it is missing (Node 20) loads all of fetch for that.
    define: { navigator: JSON.stringify({ userAgent: 'Node.js' }) },
    sourcemap: 'linked',
    metafile: true,
    logLevel: 'silent',
    plugins: [ourFiles],
  })
  const ours = Object.keys(metafile.inputs).filter((file) => !/^(node_modules|<)/.test(file))
  const files = [...ours, 'package-lock.json', 'start/bundle.mjs']
  const entry = relative(root, join(into, `${basename(source, '.ts')}.mjs`))
  writeFileSync(`${list}.${process.pid}`, JSON.stringify({ files, stamp: stampOf(files), entry }))
  renameSync(`${list}.${process.pid}`, list)
  return entry
}

/**
 * The file to import in place of a TypeScript source of this folder: one that esbuild makes of it and keeps in
 * node_modules/.cache, which starts in a fifth of the processor time that tsx takes. It is made anew when a source of
 * it, the installed packages or this file changed. Where it cannot be made, for whatever reason, it is the source
 * itself, and tsx is ready to load it.
 */
export async function startable(path) {
  const source = resolve(root, path)
  const name = relative(root, source).replace(/\.ts$/, '').replaceAll(/[\\/]/g, '-')
  const folder = join(root, 'node_modules/.cache/payments-lift', name)
  const list = join(folder, 'made.json')
  const kept = made(list)
  if (kept) return pathToFileURL(join(root, kept)).href
  try {
    return pathToFileURL(join(root, await make(source, folder, list))).href
  } catch {
    const { register } = await import('tsx/esm/api')
    register()
    return pathToFileURL(source).href
  }
}
