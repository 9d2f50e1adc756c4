import test from 'ava'
import { createReminder } from '../../../migration/run/reminder.ts'

test('a long step says now and then that it is still at work, and a short one nothing', (t) => {
  let now = 0
  const said: string[] = []
  const reminder = createReminder(
    (text) => said.push(text),
    () => now,
    60_000,
  )
  reminder.tick()
  reminder.begin('Compare every row')
  for (now = 0; now <= 150_000; now += 500) reminder.tick()
  t.deepEqual(said, ['still at «Compare every row», for 1 min', 'still at «Compare every row», for 2 min'])
  reminder.end()
  now += 60_000
  reminder.tick()
  t.is(said.length, 2)
})
