import test from 'ava'
import fc from 'fast-check'
import { readMark, withMark, withRoute } from '../../migration/gate/pgbouncer-ini.ts'

const ini = `[databases]
pay = host=10.0.0.1 port=5432 dbname=pay pool_size=20
pay__target=host=10.1.0.1 port=5432 dbname=pay
paying = host=10.0.0.9 port=1 dbname=paying
* = host=10.0.0.1
[pgbouncer]
listen_port = 6432
`

test('a route changes host and port of its database and nothing else', (t) => {
  const routed = withRoute(ini, 'pay', { side: 'target', host: '10.1.0.1', port: 6543 })
  t.is(
    routed,
    ini.replace(
      'pay = host=10.0.0.1 port=5432 dbname=pay pool_size=20',
      'pay = host=10.1.0.1 port=6543 dbname=pay pool_size=20',
    ),
  )
})

test('there and back again is the same entry', (t) => {
  const keys = fc.uniqueArray(
    fc.constantFrom('dbname=pay', 'pool_size=7', "connect_query='select 1'", 'auth_user=x'),
    { maxLength: 4 },
  )
  fc.assert(
    fc.property(keys, fc.nat(65_535), fc.ipV4(), (others, port, host) => {
      const line = `pay = host=a port=1${others.map((key) => ` ${key}`).join('')}`
      const there = withRoute(`[databases]\n${line}\n`, 'pay', { side: 'target', host, port })
      t.is(withRoute(there, 'pay', { side: 'source', host: 'a', port: 1 }), `[databases]\n${line}\n`)
    }),
  )
})

test('a database that the ini does not name is an error', (t) => {
  t.throws(() => withRoute(ini, 'pays', { side: 'source', host: 'a', port: 1 }), {
    message: /no entry «pays/,
  })
})

test('the mark is read back, once, however often it is written', (t) => {
  t.is(readMark(ini), undefined)
  const marked = withMark(withMark(ini, 3, 'source'), 5, 'target')
  t.deepEqual(readMark(marked), { token: 5, side: 'target' })
  t.is(marked.match(/payments-lift/g)?.length, 1)
  t.true(marked.endsWith(ini))
})
