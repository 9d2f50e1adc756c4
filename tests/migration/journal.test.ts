import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import fc from 'fast-check'
import { openJournal, readJournal } from '../../migration/journal/journal.ts'
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
