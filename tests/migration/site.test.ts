import test from 'ava'
import { parseSite, SiteError } from '../../migration/site.ts'

const refused = (text: string): string => {
  try {
    parseSite(text, '/etc/site.yaml')
  } catch (error) {
    if (error instanceof SiteError) return error.message
    throw error
  }
  return 'it was accepted'
}
const withSource = (url: string) => JSON.stringify({ source: { url }, target: { url: 'postgres://h/pay' } })

test('a site file that is not YAML is told with line and column, and without what stands there', (t) => {
  for (const [broken, where] of [
    ['source: { url: postgres://m:Tr0ub4dor@db/pay\ntarget: { url: x }', /is not YAML: line 2, column \d+; /],
    ['source:\n  url: "postgres://m:Tr0ub4dor@db/pay\n', /is not YAML: line 3, column \d+; /],
    ['source:\n\turl: postgres://m:Tr0ub4dor@db/pay\n', /is not YAML: line 2, column \d+; /],
    ['source: "x" Tr0ub4dor\n', /is not YAML: line 1, column 13; /],
    ['source: { url: *Tr0ub4dor }\n', /is not YAML: somewhere a «\*» without its «&»; /],
    [
      'source: { url: postgres://m:a,Tr0ub4dor@db/pay }\ntarget: { url: x }',
      /source: a key that is no name; /,
    ],
  ] as const) {
    const message = refused(broken)
    t.regex(message, /^the site file \/etc\/site.yaml /)
    t.regex(message, where)
    t.notRegex(message, /Tr0ub4dor|postgres:\/\/m/)
  }
})

test('what the parser only warns of is not shown either', async (t) => {
  const warned: string[] = []
  const hear = ({ message }: Error) => warned.push(message)
  process.on('warning', hear)
  refused('source: { url: !Tr0ub4dor x }')
  // A warning is told once the running code has ended.
  await new Promise((resolve) => setImmediate(resolve))
  process.off('warning', hear)
  t.deepEqual(
    warned.filter((text) => text.includes('Tr0ub4dor')),
    [],
  )
})

test('a password that was not percent-encoded is told by its key, never by its value', (t) => {
  for (const password of ['a/b', 'a#b', 'a?b', '12/34', '12#34', '12?34', '50%off', '%', 'a@b/c']) {
    const message = refused(withSource(`postgres://m:${password}@db/pay`))
    t.regex(
      message,
      /source\.url: it cannot be read as a connection string: percent-encode user and password/,
      password,
    )
    t.false(message.includes(`m:${password}`), password)
  }
  t.regex(refused(withSource('postgres://us/er@db/pay')), /source\.url: .*percent-encode/)
  t.regex(
    refused(withSource('mysql://m@db/pay')),
    /source\.url: a connection string that starts with postgres/,
  )
  t.notRegex(refused(withSource('mysql://m:a/b@db/pay')), /percent-encode/)
})

test('what can be read is left as it is', (t) => {
  for (const url of [
    `postgres://m:${encodeURIComponent('a/b#c?d%e@f')}@db:6432/pay?sslmode=require`,
    'postgresql://db.internal/pay',
    'postgres://m:with@sign@db/pay',
    'postgres://m:secret@db/pay?sslmode=verify-full&sslrootcert=/etc/db@x.pem',
    'postgres://lift:secret@%2Ftmp%2Fsocket:6432/pgbouncer',
  ])
    t.is(parseSite(withSource(url), '/etc/site.yaml').source.url, url)
})
