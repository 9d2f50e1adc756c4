/** Journals of shards that ran on other machines: a shard leaves its own in S3, the merge brings them here. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CannotCompareError } from '../digest/errors.ts'
import { s3Store } from './s3.ts'

type Key = { kmsKeyArn?: string | undefined }

export const inS3 = (place: string): boolean => place.startsWith('s3:')

/** `s3://bucket/a/b` as the folder `s3://bucket/a` and the name `b`. */
function split(place: string): [folder: string, name: string] {
  const found = /^(s3:\/\/[^/]+(?:\/.*)?)\/([^/]*)$/.exec(place)
  if (!found) throw new CannotCompareError(`${place} names no file in S3: s3://bucket/folder/name`)
  return [found[1]!, found[2]!]
}

/** Leaves a journal that is complete at its place in S3. */
export async function leaveJournal(file: string, place: string, key: Key = {}): Promise<void> {
  const [folder, name] = split(place)
  if (!name) throw new CannotCompareError(`${place} is a folder: name the journal, s3://bucket/folder/name`)
  await s3Store(folder, key).put(name, readFileSync(file, 'utf8'))
}

/** Files as they are; from S3 into `folder`, where a place that ends in `/` stands for every journal in it. */
export async function bringJournals(places: readonly string[], folder: string): Promise<string[]> {
  const files: string[] = []
  for (const place of places) {
    if (!inS3(place)) {
      files.push(place)
      continue
    }
    const [from, only] = split(place)
    const store = s3Store(from)
    const names = only ? [only] : (await store.list('')).filter((name) => !name.includes('/'))
    if (names.length === 0) throw new CannotCompareError(`${place}: no journal is there`)
    for (const name of names) {
      const text = await store.read(name)
      if (text === undefined)
        throw new CannotCompareError(`${from}/${name}: no journal is there; has its shard ended well?`)
      const file = join(folder, `${files.length}.jsonl`)
      writeFileSync(file, text, { mode: 0o600 })
      files.push(file)
    }
  }
  return files
}
