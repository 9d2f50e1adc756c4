import test from 'ava'
import { readEnvironment } from '../../services/route-agent/environment.ts'

test('an environment that is wrong is told by name, without a value', (t) => {
  const error = t.throws(() =>
    readEnvironment({ AGENT_PORT: 'x', AGENT_KEY: 'short secret', DATABASE: 'A b' }),
  )
  for (const name of ['AGENT_PORT', 'ROUTE_TABLE', 'PGBOUNCER_INI', 'DATABASE', 'SOURCE_LOGIN', 'AGENT_KEY'])
    t.regex(error?.message ?? '', new RegExp(`  ${name}: `))
  t.notRegex(error?.message ?? '', /short secret/)
})
