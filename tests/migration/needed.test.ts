/** Each mechanism of the switchover is needed: with it nothing is lost, without it something is, shown here. */
import test from 'ava'
import type { StepName } from '../../migration/steps/index.ts'
import {
  afterPause,
  beforePause,
  createTestbed,
  inPause,
  switchover,
  type Testbed,
  testServers,
} from './testbed.ts'

const servers = await testServers()

async function replicated(): Promise<Testbed> {
  const bed = await createTestbed(servers)
  bed.startWatchdog()
  await bed.pay()
  const run = await bed.run('source')
  await run.all(['check-databases', 'install-fence', 'subscribe-target', 'await-caught-up'])
  await run.close()
  return bed
}

const without = (steps: readonly StepName[], left: StepName): StepName[] =>
  steps.filter((step) => step !== left)

test.serial('cutover, rollback and cutover again keep every payment, and count on', async (t) => {
  const bed = await replicated()
  const paid = [1]
  for (const from of ['source', 'target', 'source'] as const) {
    const run = await bed.run(from)
    paid.push(await bed.pay())
    await run.all(switchover)
    await run.close()
    paid.push(await bed.pay())
  }
  t.deepEqual(await bed.payments('target'), paid)
  t.is(new Set(paid).size, paid.length)
  await bed.close()
})

for (const fenced of [true, false]) {
  test.serial(
    `a stray session ${fenced ? 'is refused by the fence' : 'writes where nobody reads, without the fence'}`,
    async (t) => {
      const bed = await replicated()
      const stray = await bed.connect('source', 'superuser')
      const run = await bed.run('source')
      await run.all(beforePause)
      await run.all(fenced ? inPause : without(inPause, 'fence'))
      const write = stray.query('insert into public.payments (id) values (1000)')
      if (fenced) await t.throwsAsync(write, { code: 'LF001' })
      else await t.notThrowsAsync(write)
      t.is((await bed.payments('source')).includes(1000), !fenced)
      t.false((await bed.payments('target')).includes(1000))
      await run.close()
      await bed.close()
    },
  )
}

for (const drained of [true, false]) {
  test.serial(
    `what has not arrived ${drained ? 'stops the switchover, which goes back' : 'is lost without the drain'}`,
    async (t) => {
      const bed = await replicated()
      const run = await bed.run('source')
      await run.all(beforePause)
      // Replication to the target stands still: the apply worker waits for this lock.
      const blocker = await bed.connect('target', 'superuser')
      await blocker.query('begin; lock table public.payments in exclusive mode')
      const late = await bed.pay()
      const steps: StepName[] = drained ? [...inPause] : without(without(inPause, 'drain'), 'verify-changes')
      if (drained) await t.throwsAsync(run.all(steps), { message: /the source database accepts writes/ })
      else {
        await t.notThrowsAsync(run.all(steps.filter((step) => step !== 'open' && step !== 'resume')))
        await blocker.query('rollback')
        await run.all(['open', 'resume'])
      }
      await blocker.query('rollback')
      const record = drained ? 'source' : 'target'
      t.is((await bed.payments(record)).includes(late), drained)
      t.is((await bed.gate.state())[0]?.route, record)
      const next = drained ? await bed.pay() : 1
      t.true((await bed.payments(record)).includes(next))
      await run.close()
      await bed.close()
    },
  )
}

test.serial('without the sequences the new side gives out a number twice', async (t) => {
  const bed = await replicated()
  await bed.pay()
  const run = await bed.run('source')
  await run.all(beforePause)
  await run.all(without(inPause, 'sequences'))
  await t.throwsAsync(bed.pay(), { code: '23505' })
  await run.close()
  await bed.close()
})

test.serial(
  'without the slot of the way back, what AWS took is not on-premises after a rollback',
  async (t) => {
    const bed = await replicated()
    const run = await bed.run('source')
    await run.all(beforePause)
    await run.all(inPause)
    const admin = await bed.connect('target', 'superuser')
    const { reverse } = run.context.switchover.plan ?? t.fail()!
    // The slot made only after the target had opened: what was written before it is not in it.
    await admin.query('select pg_drop_replication_slot($1)', [reverse])
    const inAws = await bed.pay()
    await admin.query(`select pg_create_logical_replication_slot($1, 'pgoutput')`, [reverse])
    await run.all(afterPause)
    await run.close()
    const back = await bed.run('target')
    // The comparison of all rows sees it, and refuses.
    await t.throwsAsync(back.all(beforePause), {
      message: new RegExp(`public.payments: 1 only on the target .${inAws}`),
    })
    await back.close()
    const blind = await bed.run('target')
    await blind.all(without(beforePause, 'verify-rows'))
    await blind.all(without(inPause, 'verify-changes'))
    t.false((await bed.payments('source')).includes(inAws))
    await blind.close()
    await bed.close()
  },
)

for (const stop of ['prepare', 'fence'] as const) {
  test.serial(`Ctrl-C after «${stop}» puts everything back in order`, async (t) => {
    const bed = await replicated()
    const run = await bed.run('source')
    const steps: readonly StepName[] = [...beforePause, ...inPause]
    await run.all(steps.slice(0, steps.indexOf(stop) + 1))
    run.context.interrupted = true
    await t.throwsAsync(run.all(steps.slice(steps.indexOf(stop) + 1)), { message: /interrupted/ })
    const paid = await bed.pay()
    t.true((await bed.payments('source')).includes(paid))
    const admin = await bed.connect('source', 'superuser')
    await t.notThrowsAsync(admin.query('create table public.ddl_is_free (id int primary key)'))
    const target = await bed.connect('target', 'superuser')
    const slots = 'select slot_name from pg_replication_slots where database = current_database()'
    await run.close()
    t.is((await admin.query(slots)).rows.length, 1)
    t.is((await target.query(slots)).rows.length, 0)
    await bed.close()
  })
}
