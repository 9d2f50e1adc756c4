import test from 'ava'
import fc from 'fast-check'
import { eachLine } from '../../costs/lines.ts'

async function cut(chunks: Buffer[], longest?: number) {
  const lines: string[] = []
  const long: string[] = []
  async function* all() {
    yield* chunks
  }
  await eachLine(
    all(),
    (line) => lines.push(line),
    (head) => long.push(head),
    longest,
  )
  return { lines, long }
}

test('property: lines are the same wherever the chunks end, inside a character too', async (t) => {
  const text = fc.array(
    fc.string({ unit: 'binary' }).map((it) => it.replace(/[\r\n\ufeff]/g, '')),
    { maxLength: 8 },
  )
  await fc.assert(
    fc.asyncProperty(text, fc.integer({ min: 1, max: 7 }), async (lines, size) => {
      const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''))
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.subarray(i * size, (i + 1) * size),
      )
      t.deepEqual((await cut(chunks)).lines, lines)
    }),
    { numRuns: 100 },
  )
})

test('a line without end is told once and does not fill the memory; the next one is read', async (t) => {
  const chunks = [...Array<Buffer>(50).fill(Buffer.from('x'.repeat(100))), Buffer.from('\nnext\r\nlast')]
  const { lines, long } = await cut(chunks, 1000)
  t.deepEqual(lines, ['next', 'last'])
  t.deepEqual(long, ['x'.repeat(200)])
})
