import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { findingText, madeInside } from '../../lint/handler-scope.ts'

const lines = (source: string) => madeInside(source, 'handler.ts').map(({ line, what }) => `${line} ${what}`)

test('lesson 14: a pool or client inside a handler is found, with its line, however it is written', (t) => {
  t.deepEqual(
    lines(
      `import pg from 'pg'\nexport const handler = async (event: unknown) => {\n  const pool = new pg.Pool({ max: 1 })\n}`,
    ),
    ['3 new Pool'],
  )
  t.deepEqual(lines('export async function handler() {\n  return new S3Client({})\n}'), ['2 new S3Client'])
  t.deepEqual(
    lines('const make = (): Database =>\n  openDatabase(url)\nexport const handler = () => make()'),
    ['2 openDatabase'],
  )
  t.deepEqual(lines('class Service {\n  client = new SQSClient({})\n}'), ['2 new SQSClient'])
  t.deepEqual(
    lines('export default {\n  async fetch() {\n    const layer = new DynamoDBPersistenceLayer({})\n  }\n}'),
    ['3 new DynamoDBPersistenceLayer'],
  )
})

test('at module scope, also awaited or in an object, it is right', (t) => {
  t.deepEqual(
    lines('const pool = new pg.Pool({ max: 1 })\nexport const handler = () => pool.query("select 1")'),
    [],
  )
  t.deepEqual(lines('const database = openDatabase(await readSecret(arn), logger)'), [])
  t.deepEqual(lines('class Service {\n  static client = new SQSClient({})\n}'), [])
})

test('a reason beside it excuses, an empty one does not', (t) => {
  const made = (comment: string) =>
    lines(`function probe() {\n  ${comment}\n  const client = new pg.Client(url)\n}`)
  t.deepEqual(made('// handler-scope: a login of its own is the purpose'), [])
  t.deepEqual(made('// handler-scope: ok'), ['3 new Client'])
  t.deepEqual(made('// because'), ['3 new Client'])
})

test('no service makes a pool or client inside a function', (t) => {
  const root = join(import.meta.dirname, '../../services')
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  )
  t.true(files.length > 30)
  t.deepEqual(
    files.flatMap((file) => madeInside(readFileSync(join(root, file), 'utf8'), file)).map(findingText),
    [],
  )
})
