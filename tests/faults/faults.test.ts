/** A sample of `npm run faults`, with fixed seeds, a larger one where THOROUGH=1: real runbooks, a supervised watchdog, real load, the judge. */
import test from 'ava'
import type { Kill } from '../../rehearsal/faults/kills.ts'
import { pauseFaults } from '../../rehearsal/faults/pause-faults.ts'
import { randomKills } from '../../rehearsal/faults/random-kills.ts'
import { refusals } from '../../rehearsal/faults/refusals.ts'
import { canMount, diskFull, jumpingClocks, sleeper } from '../../rehearsal/faults/runner-faults.ts'
import { play } from '../../rehearsal/faults/scene.ts'
import { createStage, type Stage } from '../../rehearsal/faults/stage.ts'
import { killTrial } from '../../rehearsal/faults/trials.ts'
import { pgbouncerVersion } from '../../rehearsal/pgbouncer/server.ts'
import { thorough } from '../parts.ts'

const gate = (await pgbouncerVersion()) ? 'pgbouncer' : 'service'
const seed = 5
const deadlineMs = 3000
let stage: Stage

test.before(async () => {
  // Long enough that a busy machine is not taken for a fault, short enough to wait for.
  stage = await createStage({ seed, deadlineMs, rate: 10, gate })
})
test.after.always(() => stage?.close())

const kills: Kill[] = [
  { victim: 'both', point: 'after fence', rescue: 'nobody' },
  ...(thorough
    ? [{ victim: 'runner', point: 'after prepare', rescue: 'resume' } as const, ...randomKills(seed, 1)]
    : []),
]
for (const trial of kills.map(killTrial))
  test.serial(trial.name, async (t) => {
    const { writePauseMs } = await trial.run(stage)
    if (trial.bounded) t.true(writePauseMs <= deadlineMs + 1000, `a write waited ${writePauseMs} ms`)
    t.pass()
  })

const named = [
  'a superuser who goes round the fence',
  'the approver says no when asked',
  ...(thorough
    ? [
        'new server stopped and started after decide',
        'a transaction left open on the new side, with a snapshot',
        ...jumpingClocks.map(({ name }) => name),
      ]
    : []),
]
for (const fault of [...pauseFaults, ...refusals, ...jumpingClocks].filter(({ name }) =>
  named.includes(name),
))
  test.serial(fault.name, async (t) => {
    await t.notThrowsAsync(play(stage, fault))
  })

test.serial('a runner that sleeps and wakes after a later switchover changes nothing', async (t) => {
  await t.notThrowsAsync(sleeper(stage, 'before decide', true))
})

const full = 'a disk that is full in the pause blocks neither the decision nor the way back'
const withDisk = canMount() ? test.serial : test.serial.skip
withDisk(
  canMount()
    ? full
    : `${full}: skipped, it takes the right to mount a full file system, as root has outside a container`,
  async (t) => {
    t.is((await diskFull(stage, 'after decide')).verdict, 'forward')
  },
)

test.serial('after all of it nothing is lost, nothing is doubled, and no request has failed', async (t) => {
  const { problems, acknowledged } = await stage.verdict()
  t.deepEqual(problems, [])
  t.true(acknowledged > 100)
})
