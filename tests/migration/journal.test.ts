import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import fc from 'fast-check'
import { openJournal, readJournal } from '../../migration/journal/journal.ts'
import { readRun, runNames } from '../../migration/journal/runs.ts'
import { shareRun } from '../../migration/journal/share.ts'
import { fileStore } from '../../migration/store/files.ts'
import type { Store } from '../../migration/store/store.ts'
import { testSandbox } from '../postgres.ts'

function written(events: string[]): string {
  const path = join(mkdtempSync(join(testSandbox().dir, 'journal-')), 'run.jsonl')
  const journal = openJournal(path)
  for (const event of events) journal.write(event, { step: 'a step' })
  journal.close()
  return path
}

test('what was written is read back, in order', (t) => {
  const path = written(['one', 'two'])
  const again = openJournal(path)
  again.write('three')
  again.close()
  const { entries, broken } = readJournal(readFileSync(path, 'utf8'))
  t.deepEqual(
    entries.map(({ seq, event }) => [seq, event]),
    [
      [1, 'one'],
      [2, 'two'],
      [3, 'three'],
    ],
  )
  t.is(broken, undefined)
})

test('a line that does not wait for the disk is in the file at once, in the chain like any other', (t) => {
  const path = join(mkdtempSync(join(testSandbox().dir, 'journal-')), 'run.jsonl')
  const journal = openJournal(path)
  journal.write('pause', {}, 'process')
  t.like(readJournal(readFileSync(path, 'utf8')), { broken: undefined, entries: [{ event: 'pause' }] })
  journal.write('done')
  t.is(readJournal(readFileSync(path, 'utf8')).entries.length, 2)
  journal.close()
})

test('a changed byte is noticed, and where', (t) => {
  const text = readFileSync(written(['one', 'two', 'three', 'four']), 'utf8')
  fc.assert(
    fc.property(fc.nat({ max: text.length - 2 }), fc.constantFrom('x', '0', '"'), (at, letter) => {
      fc.pre(text[at] !== letter && text[at] !== '\n')
      const { broken } = readJournal(text.slice(0, at) + letter + text.slice(at + 1))
      t.is(broken?.line, text.slice(0, at).split('\n').length)
    }),
  )
})

test('a changed byte between hash and entry is noticed', (t) => {
  const lines = readFileSync(written(['one', 'two', 'three']), 'utf8').split('\n')
  lines[1] = `${lines[1]!.slice(0, 64)}x${lines[1]!.slice(65)}`
  t.is(readJournal(lines.join('\n')).broken?.line, 2)
})

test('a journal cut anywhere but between two lines is noticed', (t) => {
  const text = readFileSync(written(['one', 'two', 'three']), 'utf8')
  for (let at = 1; at < text.length; at++) {
    const { broken, entries } = readJournal(text.slice(0, at))
    t.is(broken === undefined, text[at - 1] === '\n', `cut at ${at}`)
    if (!broken) t.is(entries.length, text.slice(0, at).split('\n').length - 1)
  }
})

test('a missing line is noticed', (t) => {
  const lines = readFileSync(written(['one', 'two', 'three']), 'utf8').split('\n')
  t.is(readJournal([lines[0], lines[2], ''].join('\n')).broken?.line, 2)
})

test('a broken journal is not written to', (t) => {
  const path = written(['one', 'two'])
  writeFileSync(path, readFileSync(path, 'utf8').replace('"one"', '"eno"'))
  t.throws(() => openJournal(path), { message: /broken at line 1/ })
})

/** A store that can be away, and counts what it was asked to create. */
function sharedStore() {
  const store = fileStore(mkdtempSync(join(testSandbox().dir, 'shared-')))
  const world = { away: false, created: [] as string[] }
  const create: Store['create'] = async (key, text) => {
    if (world.away) throw new Error('the bucket is out of reach')
    world.created.push(key)
    return store.create(key, text)
  }
  return { world, store: { ...store, create } }
}
const localPath = () => join(mkdtempSync(join(testSandbox().dir, 'journal-')), 'run.jsonl')

test('others read the run from the store as it is on the runner: in order, with its chain', async (t) => {
  const { store, world } = sharedStore()
  const path = localPath()
  const journal = openJournal(path, shareRun(store, '2026-cutover'))
  for (let entry = 0; entry < 20; entry++) journal.write(`entry ${entry}`)
  await journal.shared()
  for (let entry = 20; entry < 30; entry++) {
    journal.write(`entry ${entry}`)
    await journal.shared()
  }
  journal.close()
  t.like(await readRun(store, '2026-cutover'), readJournal(readFileSync(path, 'utf8')))
  t.true(world.created.length < 20, 'entries that come together go together')
  t.deepEqual(await runNames(store), ['2026-cutover'])

  // Of a part that is gone or changed, the chain says where.
  const [, second = ''] = await store.list('runs/2026-cutover/')
  const kept = (await store.read(second)) as string
  await store.remove(second)
  t.like(await readRun(store, '2026-cutover'), { broken: { line: 2 } })
  await store.put(second, kept.replace('entry', 'Entry'))
  t.like(await readRun(store, '2026-cutover'), { broken: { line: 2 } })
})

test('a store that is away holds up no entry; they follow in order once it is back', async (t) => {
  const { store, world } = sharedStore()
  const path = localPath()
  const journal = openJournal(path, shareRun(store, 'run'))
  journal.write('one')
  await journal.shared()
  world.away = true
  journal.write('two')
  journal.write('three')
  await t.throwsAsync(journal.shared(), { message: 'the bucket is out of reach' })
  t.is(readJournal(readFileSync(path, 'utf8')).entries.length, 3, 'on this machine they are all')
  t.is((await readRun(store, 'run'))?.entries.length, 1)
  world.away = false
  journal.write('four')
  await journal.shared()
  t.like(await readRun(store, 'run'), readJournal(readFileSync(path, 'utf8')))
  journal.close()
})

test('a run that another process writes under the same name is noticed', async (t) => {
  const { store } = sharedStore()
  const [mine, theirs] = [
    openJournal(localPath(), shareRun(store, 'run')),
    openJournal(localPath(), shareRun(store, 'run')),
  ]
  mine.write('mine')
  await mine.shared()
  theirs.write('theirs')
  await t.throwsAsync(theirs.shared(), { message: /runs\/run\/000001.jsonl was written by somebody else/ })
})
