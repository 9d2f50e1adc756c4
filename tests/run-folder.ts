/**
 * The temporary folder of a whole `npm test`: whatever a test leaves there goes with it, also when the run is killed.
 * It holds a data folder of each side's PostgreSQL, because to make one takes a second and forty servers are started.
 */
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import { createSandbox, type Sandbox } from '../rehearsal/host/sandbox.ts'
import { MissingBinaryError } from '../rehearsal/postgres/binaries.ts'
import { type DataFolder, dataFolder } from '../rehearsal/postgres/server.ts'

type DataFolders = Partial<Record<'source' | 'target', DataFolder>>

const listed = 'data-folders.json'

/** @param servers whether many of them will be started */
export async function openRunFolder(servers: boolean): Promise<Sandbox> {
  // Short: the path of a socket in a folder in it has a hundred characters at most.
  const folder = createSandbox('lift-')
  // As the machine's own: servers started by root run as another user.
  chmodSync(folder.dir, 0o1777)
  keepTsxCache(folder.dir)
  if (servers) {
    const folders = await makeDataFolders(folder)
    writeFileSync(join(folder.dir, listed), JSON.stringify(folders), { mode: 0o600 })
  }
  return folder
}

/** Undefined outside a whole run. */
export function dataFolderOf(side: 'source' | 'target'): DataFolder | undefined {
  const list = join(tmpdir(), listed)
  return existsSync(list) ? (JSON.parse(readFileSync(list, 'utf8')) as DataFolders)[side] : undefined
}

async function makeDataFolders(folder: Sandbox): Promise<DataFolders> {
  try {
    const [source, target] = await Promise.all([dataFolder('source', folder), dataFolder('target', folder)])
    return { source, target }
  } catch (error) {
    // The tests that want a server say what is missing.
    if (error instanceof MissingBinaryError) return {}
    throw error
  }
}

/** tsx keeps what it has compiled in the temporary folder, and must find it again in the next run. */
function keepTsxCache(dir: string): void {
  const cache = resolve('node_modules/.cache/tsx')
  try {
    mkdirSync(cache, { recursive: true })
    symlinkSync(cache, join(dir, `tsx-${process.geteuid?.() ?? userInfo().username}`))
  } catch {
    // The packages may be read-only: then it is compiled anew.
  }
}
