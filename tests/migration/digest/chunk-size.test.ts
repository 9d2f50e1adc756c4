/** A piece's name says only where it begins: pieces of another size do not belong to the same run. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { CannotCompareError, mergeShards, readShard, verifyAll } from '../../../migration/digest/index.ts'
import { databases, differing } from './databases.ts'

const folder = mkdtempSync(join(tmpdir(), 'chunk-size-'))
test.after.always(() => rmSync(folder, { recursive: true, force: true }))

/** About 6 MiB. The damaged row is in its place in the second one: an update would put it at the end. */
const filled = (note: string) => `CREATE TABLE large (id bigint PRIMARY KEY, note text);
  INSERT INTO large SELECT i, ${note} FROM (SELECT i, repeat(md5(i::text), 5) AS note FROM generate_series(1, 30000) i) s`

test('what was read in chunks of another size is refused, and the size to give is said', async (t) => {
  const { source, target, onSource, onTarget } = await databases(t)
  await onSource(filled('note'))
  await onTarget(filled('CASE i WHEN 7000 THEN reverse(note) ELSE note END'))
  const journals = [1, 2].map((index) => join(folder, `${index}.jsonl`))
  for (const [n, journal] of journals.entries())
    await readShard(source, target, { index: n + 1, count: 2 }, journal, { chunkMebibytes: 1 })
  const refused = {
    instanceOf: CannotCompareError,
    message: /1\.jsonl was read in chunks of 1 MiB: give --chunk 1, or/,
  }
  await t.throwsAsync(mergeShards(source, target, journals, { chunkMebibytes: 2 }), refused)
  const { tables } = await mergeShards(source, target, journals, { chunkMebibytes: 1 })
  t.deepEqual(differing(tables[0]), [[['7000'], ['note']]])

  // As a run leaves it that was killed.
  const [journal] = journals as [string]
  writeFileSync(journal, readFileSync(journal, 'utf8').replace('{"finished":true}\n', ''))
  await t.throwsAsync(verifyAll(source, target, { journal, chunkMebibytes: 2 }), refused)
})
