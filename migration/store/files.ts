import { link, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Store } from './store.ts'

/** Counts the drafts of this process, whichever store they are for: no two have one name. */
let drafts = 0

/** A store in a folder. A key is created by link(2), which refuses a name that exists. */
export function fileStore(folder: string): Store {
  const pathOf = (key: string) => join(folder, ...key.split('/'))

  /** A durable file beside the one that is meant, for link or rename. */
  async function beside(path: string, text: string, lasting?: 'passing'): Promise<string> {
    const draft = `${path}.${process.pid}-${++drafts}.draft`
    // The folder is nearly always there: the watchdog writes many times a second.
    const file = await open(draft, 'w').catch(async (error) => {
      absent(undefined)(error)
      await mkdir(dirname(path), { recursive: true })
      return open(draft, 'w')
    })
    try {
      await file.writeFile(text)
      if (!lasting) await file.sync()
    } catch (error) {
      // On a disk that is full the watchdog would leave twenty a second.
      await rm(draft, { force: true }).catch(() => {})
      throw error
    } finally {
      await file.close()
    }
    return draft
  }

  return {
    place: folder,
    paceMs: 50,
    async create(key, text) {
      const path = pathOf(key)
      const draft = await beside(path, text)
      try {
        await link(draft, path)
        return true
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
        return false
      } finally {
        await rm(draft, { force: true })
        // Also when somebody else made it: it must be durable before anyone acts on it.
        await syncFolder(dirname(path))
      }
    },
    async put(key, text, lasting) {
      const path = pathOf(key)
      await rename(await beside(path, text, lasting), path)
      if (!lasting) await syncFolder(dirname(path))
    },
    read: (key) => readFile(pathOf(key), 'utf8').catch(absent(undefined)),
    async list(prefix) {
      // Only below the prefix's own folder: the watchdog asks many times a second.
      const below = join(folder, prefix.slice(0, prefix.lastIndexOf('/') + 1))
      const names = await readdir(below, { recursive: true, withFileTypes: true }).catch(absent([]))
      return names
        .filter((entry) => entry.isFile() && !entry.name.endsWith('.draft'))
        .map((entry) =>
          join(entry.parentPath, entry.name)
            .slice(folder.length + 1)
            .replaceAll('\\', '/'),
        )
        .filter((key) => key.startsWith(prefix))
        .sort()
    },
    remove: (key) => rm(pathOf(key), { force: true }),
  }
}

const absent =
  <Value>(value: Value) =>
  (error: NodeJS.ErrnoException): Value => {
    if (error.code === 'ENOENT') return value
    throw error
  }

/** Makes the names in a folder durable; a file's own sync does not. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
