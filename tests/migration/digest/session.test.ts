import test from 'ava'
import { openSnapshot } from '../../../migration/digest/session.ts'
import { databases } from './databases.ts'

test('an end reaches a session whose query is still on its way, which a cancel would miss', async (t) => {
  const { source, onSource } = await databases(t)
  const snapshot = await openSnapshot('source', source, 2, [])
  const pids = snapshot.sessions.map((session) => (session as unknown as { processID: number }).processID)
  // Idle is what the server sees of such a session.
  await snapshot.terminate()
  for (const session of snapshot.sessions) await t.throwsAsync(session.query('select 1'))
  while ((await onSource(`select from pg_stat_activity where pid in (${pids})`)).rowCount !== 0);
  await t.notThrowsAsync(snapshot.close())
})
