import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { handlerFaults } from '../../policy/handlers.ts'
import type { World } from './analyse.ts'

/** What the rules ask of the files of a program. */
export const worldOf = (folder: string): World => ({
  exists: (file) => existsSync(join(folder, file)),
  bundleBytes: (path) => bytesOf(join(folder, path)),
  handlerFaults: handlerFaults(join(folder, 'services'), folder),
})

function bytesOf(path: string): number | undefined {
  if (!existsSync(path)) return undefined
  const entry = statSync(path)
  if (!entry.isDirectory()) return entry.size
  return readdirSync(path).reduce((sum, name) => sum + (bytesOf(join(path, name)) ?? 0), 0)
}
