/**
 * Starts a command of this folder from one file that esbuild makes of it and keeps in node_modules/.cache, in a fifth
 * of the processor time that tsx takes for it: node scripts/start.mjs verify …
 * The file is made anew when a source of it, the installed packages or this file changed. Where it cannot be made, for
 * whatever reason, tsx starts the command.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const root = resolve(import.meta.dirname, '..')
const [name] = process.argv.splice(2, 1)
const source = join(import.meta.dirname, `${name}.ts`)
const folder = join(root, 'node_modules/.cache/payments-lift', name)
const list = join(folder, 'made.json')

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

function made() {
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

async function make() {
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
  const files = [...ours, 'package-lock.json', 'scripts/start.mjs']
  const entry = join('node_modules/.cache/payments-lift', name, into.slice(folder.length + 1), `${name}.mjs`)
  writeFileSync(`${list}.${process.pid}`, JSON.stringify({ files, stamp: stampOf(files), entry }))
  renameSync(`${list}.${process.pid}`, list)
  return entry
}

async function fileToImport() {
  const kept = made()
  if (kept) return join(root, kept)
  try {
    return join(root, await make())
  } catch {
    const { register } = await import('tsx/esm/api')
    register()
    return source
  }
}

process.setSourceMapsEnabled(true)
await import(pathToFileURL(await fileToImport()).href)
