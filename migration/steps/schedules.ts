import { schedulesOf } from '../schedules/create.ts'
import { releasedText } from '../schedules/held.ts'
import type { Step } from './step.ts'
import { planOf } from './switchover-run.ts'

/** What fires by the clock must not fire into the pause. It is given back when all is over, whichever way. */
export const holdSchedules: Step = {
  name: 'hold-schedules',
  summary: 'Hold the schedules that write to the database',
  expectedMs: 500,
  async check({ lift, say }) {
    const states = await schedulesOf(lift.site).list()
    for (const { name, expression, fires } of states)
      say(
        `${name}, ${expression}: ${fires ? 'is held, what should fire meanwhile does not' : 'was off, and stays off'}`,
      )
  },
  async act({ lift, switchover }) {
    await schedulesOf(lift.site).hold(planOf(switchover).epoch)
  },
  async undo({ lift, switchover, say }) {
    const hold = await schedulesOf(lift.site).release(planOf(switchover).epoch)
    if (hold) say(releasedText(hold))
  },
}
