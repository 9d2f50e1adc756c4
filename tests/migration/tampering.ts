import { appendFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { verifyBundle } from '../../migration/evidence/verify.ts'

/** Adds a byte to each file of a bundle in turn, and a file, and takes it away again: the files whose change nobody noticed. */
export async function unnoticedChanges(folder: string): Promise<string[]> {
  const unnoticed: string[] = []
  for (const file of readdirSync(folder).filter((name) => name !== 'manifest.json')) {
    const path = join(folder, file)
    const whole = readFileSync(path)
    appendFileSync(path, ' ')
    const { problems } = await verifyBundle(folder)
    if (!problems.includes(`${file} was changed after the bundle was made`)) unnoticed.push(file)
    writeFileSync(path, whole)
  }
  // A name that every object of the language knows.
  const added = join(folder, 'toString')
  writeFileSync(added, '')
  if (!(await verifyBundle(folder)).problems.includes('toString is not in the manifest'))
    unnoticed.push(added)
  rmSync(added)
  return unnoticed
}
