import test from 'ava'
import fc from 'fast-check'
import type { Entry } from '../../services/settlement/format.ts'
import { Rejection, readSettlement } from '../../services/settlement/read.ts'

const record = (index: number, change: Partial<Record<'reference' | 'currency' | 'amount', string>> = {}) => {
  const { reference = String(index).padStart(10, '0'), currency = 'EUR', amount = '100' } = change
  return `R,${reference},pay_${index},${currency},${amount}`
}
const records = (count: number) => Array.from({ length: count }, (_, index) => record(index + 1))
const file = (lines: string[], trailer = `T,${lines.length},${100 * lines.length}`) =>
  ['H,1,FILE,2026-03-01,NET', ...lines, trailer, ''].join('\n')

/** The bytes in pieces of a size, as a network gives them. */
async function* pieces(bytes: Uint8Array, size = 7): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
const read = (content: string | Uint8Array, size?: number) =>
  readSettlement(pieces(Buffer.from(content), size))

async function problems(content: string | Uint8Array, size?: number): Promise<string[]> {
  try {
    await read(content, size)
    return []
  } catch (error) {
    if (!(error instanceof Rejection)) throw error
    return error.problems.map(({ line, reason }) => `${line}: ${reason}`)
  }
}

test('a whole file is read, whatever pieces it comes in', async (t) => {
  const content = file(records(25))
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 900 }), async (size) => {
      const batches: Entry[][] = []
      const take = { batch: 10, entries: async (entries: Entry[]) => void batches.push(entries) }
      const checked = await readSettlement(pieces(Buffer.from(content), size), take)
      t.like(checked, {
        header: { file: 'FILE', day: '2026-03-01', network: 'NET' },
        records: 25,
        sum: 2500n,
      })
      t.deepEqual(
        batches.map((batch) => batch.length),
        [10, 10, 5],
      )
      t.like(batches[2]![4], { line: 26, payment: 'pay_25', amount: 100 })
    }),
    { numRuns: 20 },
  )
  t.is((await read(content.replaceAll('\n', '\r\n'))).records, 25)
})

const bad: [what: string, content: string | Uint8Array, says: RegExp][] = [
  ['empty', '', /^1: the file is empty/],
  [
    'cut between lines',
    file(records(9)).split('\n').slice(0, 6).join('\n'),
    /^6: the file ends here, without a trailer/,
  ],
  ['cut in a line', file(records(9)).slice(0, 93), /^4: \d fields instead of .*cut off/],
  ['in UTF-16', Buffer.from(file(records(3)), 'utf16le'), /^1: the byte 0x00 is no ASCII/],
  [
    'in Latin-1',
    Buffer.from(file([...records(3), record(4, { currency: 'é' })]), 'latin1'),
    /^5: the byte 0xE9 is no ASCII/,
  ],
  ['with a UTF-8 mark', `\ufeff${file(records(1))}`, /^1: the byte 0xEF is no ASCII/],
  ['negative', file([...records(4), record(5, { amount: '-100' })]), /^6: the amount «-100» is negative/],
  ['with a fraction', file([record(1, { amount: '1.50' })]), /^2: the amount is «1.50»/],
  [
    'of an unknown currency',
    file([...records(2), record(3, { currency: 'XXY' })]),
    /^4: the currency «XXY» is unknown/,
  ],
  [
    'with a duplicate',
    file([...records(3), record(3)]),
    /^5: the reference 0000000003 stands on the line before, too: a duplicate/,
  ],
  [
    'with a duplicate far away',
    file([...records(30), record(7)]),
    /^32: the reference 0000000007 comes after 0000000030: a duplicate, or/,
  ],
  ['miscounted', file(records(3), 'T,4,300'), /^5: the trailer counts 4 records, the file has 3/],
  ['missummed', file(records(3), 'T,3,301'), /^5: the trailer sums to 301, the amounts to 300/],
  [
    'with something after the end',
    `${file(records(1))}R,1,pay_1,EUR,1\n`,
    /^4: there is something after the trailer/,
  ],
  ['without a header', records(3).join('\n'), /^1: the file begins with «R»/],
  ['of another version', file([]).replace('H,1', 'H,2'), /^1: version «2»/],
  [
    'without line ends',
    `H,1,FILE,2026-03-01,NET\nR,${'9'.repeat(5000)}`,
    /^2: a line of more than 200 bytes/,
  ],
  ['with an empty line', file(['', record(1)]), /^2: the line begins with «»/],
]
for (const [what, content, says] of bad) {
  test(`a file ${what} is rejected with line and reason`, async (t) => {
    for (const size of [5, 64, 10_000]) t.regex((await problems(content, size)).join('\n'), says)
  })
}

test('several problems are told at once, at most twenty', async (t) => {
  const wrong = (index: number) => record(index, { amount: '0' })
  t.is((await problems(file([wrong(1), record(2), wrong(3)]))).length, 2)
  t.is((await problems(file(Array.from({ length: 50 }, (_, index) => wrong(index + 1))))).length, 20)
})

test('every prefix of a file is rejected: none is taken for whole', async (t) => {
  const content = Buffer.from(file(records(12)))
  for (let length = 0; length < content.length - 1; length += 7)
    t.not((await problems(content.subarray(0, length))).length, 0, `${length} bytes`)
})
