import test from 'ava'
import { closeSession, openSession } from '../../migration/postgres/session.ts'
import { testServers } from './testbed.ts'

const servers = await testServers()

test.serial('options of the site’s address stand beside ours, and do not take their place', async (t) => {
  const url = new URL(servers.source.url('postgres'))
  url.searchParams.set('options', '-c work_mem=5MB -c synchronous_commit=off')
  const client = await openSession(url.href, 'a test')
  const { rows } = await client.query(
    `select current_setting('work_mem') as work, current_setting('synchronous_commit') as sync, current_setting('lift.acts') as acts`,
  )
  t.deepEqual(rows, [{ work: '5MB', sync: 'on', acts: 'on' }])
  await closeSession(client)
})
