import { z } from 'zod'
import { readJournal } from '../journal/journal.ts'
import { readFolder, sha256 } from './bundle.ts'
import { summaryOf } from './summary.ts'

const manifestSchema = z.object({
  run: z.string(),
  madeAt: z.string(),
  chainEndsWith: z.string(),
  files: z.record(z.string(), z.string()),
})

export interface Checked {
  run: string
  /** SHA-256 of the manifest, to be compared with the one noted when the bundle was made. */
  seal: string
  /** What does not agree; empty when everything does. */
  problems: string[]
}

/** Checks a bundle against itself: every file's hash, the journal's chain, and the figures made from it again. */
export async function verifyBundle(folder: string): Promise<Checked> {
  const files = await readFolder(folder)
  const manifestText = files.get('manifest.json')
  if (!manifestText) throw new Error(`${folder} is no evidence bundle: it has no manifest.json`)
  const manifest = manifestSchema.parse(JSON.parse(manifestText))
  const problems: string[] = []
  for (const [name, hash] of Object.entries(manifest.files)) {
    const content = files.get(name)
    if (content === undefined) problems.push(`${name} is missing`)
    else if (sha256(content) !== hash) problems.push(`${name} was changed after the bundle was made`)
  }
  for (const name of files.keys())
    if (name !== 'manifest.json' && !Object.hasOwn(manifest.files, name))
      problems.push(`${name} is not in the manifest`)
  const journal = readJournal(files.get('journal.jsonl') ?? '')
  if (journal.broken)
    problems.push(`the journal's chain breaks at line ${journal.broken.line}: ${journal.broken.why}`)
  if (journal.hash !== manifest.chainEndsWith)
    problems.push('the journal does not end with the entry that the manifest names')
  const figures = `${JSON.stringify(summaryOf(journal), undefined, 2)}\n`
  if (files.get('summary.json') !== figures) problems.push('summary.json does not say what the journal says')
  return { run: manifest.run, seal: sha256(manifestText), problems }
}
