import test from 'ava'
import fc from 'fast-check'
import { table } from '../../../rehearsal/terminal/table.ts'
import { clip, columnsOf, plain, wrap } from '../../../rehearsal/terminal/text.ts'

test('text of others cannot move the cursor or change colours', (t) => {
  t.is(plain('a\u001b[31mb\u001b]0;title\u0007c\r\nd\u009b2Je'), 'abc de')
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !/\p{Cc}/u.test(plain(text))))
})

test('wrapping keeps every word, in order, within the columns', (t) => {
  const words = fc.array(fc.stringMatching(/^[a-zé\u00a0]{1,30}$/), { maxLength: 20 })
  fc.assert(
    fc.property(words, fc.integer({ min: 1, max: 40 }), (parts, columns) => {
      const lines = wrap(parts.join(' '), columns)
      t.true(lines.every((line) => columnsOf(line) <= columns && line !== ''))
      t.is(lines.join('').replaceAll(' ', ''), parts.join(''))
    }),
  )
  t.deepEqual(wrap('one two three', 7), ['one two', 'three'])
  t.deepEqual(wrap('seventeen', 4), ['seve', 'ntee', 'n'])
})

test('what is cut says so', (t) => {
  t.is(clip('abcdef', 4), 'abc…')
  t.is(clip('abcd', 4), 'abcd')
  t.is(clip('abcd', 0), '')
})

test('a table lines up, colours or not', (t) => {
  const rows = [
    ['name', 'ms'],
    ['\u001b[1mcutover\u001b[0m', '61'],
    ['x', '7'],
  ]
  t.deepEqual(table(rows, ['left', 'right']), ['name     ms', '\u001b[1mcutover\u001b[0m  61', 'x         7'])
})
