import test from 'ava'
import pg from 'pg'
import { decisionStore } from '../../migration/decision/files.ts'
import { verifyingAgain } from '../../migration/digest/changes/again.ts'
import { lock, lockInsteadOf, readLock } from '../../migration/journal/lock.ts'
import { linkName } from '../../migration/replication.ts'
import { resume } from '../../migration/resume.ts'
import { readSite } from '../../migration/site.ts'
import { readStatus, statusText } from '../../migration/status.ts'
import { deskStore } from '../../migration/store/open.ts'
import { mailbox } from '../../migration/watchdog/mailbox.ts'
import { begin, command } from '../command.ts'
import { until } from '../until.ts'
import { drive, leaveStaleLock, siteFile } from './operator.ts'
import { afterPause, beforePause, createTestbed, execute, inPause, testServers } from './testbed.ts'

const servers = await testServers()

test.serial('one run at a time: the other is told who has the lock and since when', async (t) => {
  const bed = await createTestbed(servers)
  const release = await lock(deskStore(bed.site), 'cutover')
  await t.throwsAsync(lock(deskStore(bed.site), 'rollback'), {
    message: /«cutover» runs since \d{4}-.* process \d+: wait until it has ended/,
  })
  await release()
  await (await lock(deskStore(bed.site), 'rollback'))()
  await bed.close()
})

test.serial(
  'what a dead run left is settled, its slots and its lock are gone, and the next run works',
  async (t) => {
    const bed = await createTestbed(servers, { deadlineMs: 60_000 })
    bed.startWatchdog()
    const before = await bed.pay()
    const replicate = await bed.run('source')
    await replicate.all(['check-databases', 'install-fence', 'subscribe-target', 'await-caught-up'])
    await replicate.close()
    const run = await bed.run('source')
    await leaveStaleLock(deskStore(bed.site))
    await run.all(beforePause)
    await run.all(inPause.slice(0, 3))

    const text = statusText(await readStatus(bed.site))
    t.regex(text, /NOBODY accepts writes/)
    t.regex(text, /that process is gone: its lock is stale/)
    t.regex(text, /epoch 1 is under way from the source/)
    t.regex(text, /watchdog {4}lives/)
    t.regex(
      statusText({ ...(await readStatus(bed.site)), watchdog: false }),
      /^NOBODY accepts writes and NO WATCHDOG ANSWERS: start one NOW/,
    )
    const means = { site: bed.site, gate: bed.gate, decisions: decisionStore(bed.site) }
    const asleep = new pg.Client({ connectionString: bed.site.target.url, application_name: verifyingAgain })
    asleep.on('error', () => {})
    await asleep.connect()
    await asleep.query('begin; select 1')
    // Neither a table made behind the fence nor a role dropped since may keep the side closed.
    const admin = await bed.connect('source', 'superuser')
    await admin.query(`set lift.acts = on; create table public.late (id int primary key);
      update lift.fence set saved = saved || '["dropped_since"]'`)
    const result = await resume(bed.site, 'a test', { means })
    await t.throwsAsync(asleep.query('select 1'), { message: /terminat|not queryable/ })
    t.like(result, {
      settled: { epoch: 1, decision: { verdict: 'back', by: 'a test' }, postponed: [] },
      lock: { runbook: 'cutover' },
    })
    t.is(await readLock(deskStore(bed.site)), undefined)
    t.deepEqual(await mailbox(deskStore(bed.site)).armings(), [])
    const after = await bed.pay()
    t.deepEqual(await bed.payments('source'), [before, after])
    t.regex(statusText(await readStatus(bed.site)), /^The source is the system of record/)
    await admin.query('drop table public.late')
    const slots = await admin.query(
      `select slot_name from pg_replication_slots where database = current_database()`,
    )
    t.is(slots.rows.length, 1, 'only the slot of the link forward')
    await run.close()

    const next = await bed.run('source')
    await next.all([...beforePause, ...inPause, ...afterPause])
    t.deepEqual(await bed.payments('target'), [before, after])
    await next.close()
    t.deepEqual(await resume(bed.site, 'a test', { means }), {})
    await bed.close()
  },
)

test.serial('what cannot be taken back is told with its cause, and the rest is taken back', async (t) => {
  const bed = await createTestbed(servers)
  bed.startWatchdog()
  const run = await bed.run('source')
  await run.all(['check-databases', 'install-fence', 'subscribe-target', 'await-caught-up'])
  await run.all(['preflight', 'freeze-ddl', 'verify-rows'])
  await execute(
    bed.site.target.url,
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name like '%test source%' and pid <> pg_backend_pid()`,
  )
  await t.throwsAsync(run.step('prepare'), {
    message:
      /Nothing was switched\. What these steps did could not be taken back:\n {2}prepare: (.|\n)*runbook -- resume/,
  })
  const { rows } = await execute(bed.site.source.url, 'select evtname from pg_event_trigger')
  t.deepEqual(rows, [])
  await run.close()
  await bed.close()
})

test.serial(
  'undo-replicate takes the copy away, replicate makes it anew, and the record is never emptied',
  async (t) => {
    const bed = await createTestbed(servers)
    bed.startWatchdog()
    const ids = [await bed.pay(), await bed.pay()]
    const site = siteFile(bed)
    await drive('replicate', site, { execute: true })
    t.deepEqual(await bed.payments('target'), ids)
    const run = await bed.run('source')
    // By itself the emptying is refused where somebody follows the target.
    const admin = await bed.connect('source', 'superuser')
    const link = linkName(bed.site, 9)
    await admin.query(
      `create subscription ${link} connection '${bed.site.target.url}' publication lift with (connect = false)`,
    )
    await t.throwsAsync(run.step('empty-target'), { message: /somebody follows the target/ })
    const other = await bed.connect('target', 'superuser')
    // Nobody reads it now; what reads it later would get the TRUNCATE.
    await other.query(`select pg_create_logical_replication_slot('idle', 'pgoutput')`)
    await t.throwsAsync(drive('undo-replicate', site, { execute: true }), {
      message: /somebody follows the target, now or later: .*slot idle on the target/,
    })
    t.deepEqual(await bed.payments('target'), ids)
    await other.query(`select pg_drop_replication_slot('idle')`)
    await drive('undo-replicate', site, { execute: true })
    t.deepEqual(await bed.payments('target'), [])
    t.deepEqual(await bed.payments('source'), ids)
    for (const url of [bed.site.source.url, bed.site.target.url]) {
      const { rows } = await execute(
        url,
        `select slot_name from pg_replication_slots where database = current_database() union all
       select subname from pg_subscription where subdbid = (select oid from pg_database where datname = current_database())`,
      )
      t.deepEqual(rows, [])
    }
    await t.throwsAsync(execute(bed.site.target.url, 'insert into payments default values'), {
      code: 'LF001',
    })
    await drive('undo-replicate', site, { execute: true })
    await drive('replicate', site, { execute: true })
    t.deepEqual(await bed.payments('target'), ids)
    await run.all([...beforePause, ...inPause, ...afterPause])
    await t.throwsAsync(drive('replicate', site), {
      message:
        /check-databases: the target is the system of record: this runbook would copy the source over it/,
    })
    await t.throwsAsync(drive('undo-replicate', site, { execute: true }), {
      message: /the target is the system of record: it holds the payments/,
    })
    t.deepEqual(await bed.payments('target'), ids)
    await run.close()
    await bed.close()
  },
)

test.serial('a run that lives is left alone', async (t) => {
  const bed = await createTestbed(servers)
  const release = await lock(deskStore(bed.site), 'cutover')
  await t.throwsAsync(resume(bed.site, 'a test'), { message: /wait until it has ended; nothing was done/ })
  await release()
  await bed.close()
})

test.serial(
  'one settles at a time, and what it could not settle keeps the lock of the run that died',
  async (t) => {
    const bed = await createTestbed(servers)
    const desk = deskStore(bed.site)
    await leaveStaleLock(desk)
    const { holder: dead } = (await readLock(desk))!
    const unreached = { ...bed.site, target: { url: 'postgres://x:y@127.0.0.1:1/pay' } }
    await t.throwsAsync(resume(unreached, 'a test'), { message: /cannot be reached/ })
    t.deepEqual((await readLock(desk))?.holder, dead)

    // Something holds the first one up while it works.
    const blocker = await bed.connect('source', 'superuser')
    await blocker.query('begin; lock table pg_catalog.pg_event_trigger in access exclusive mode')
    const interrupted = new AbortController()
    const cut = resume(bed.site, 'a test', { signal: interrupted.signal })
    await until(async () => (await readLock(desk))?.holder.runbook === 'resume')
    interrupted.abort()
    await t.throwsAsync(cut, { message: /^interrupted: .* run it again/ })
    t.deepEqual((await readLock(desk))?.holder, dead)
    const first = resume(bed.site, 'the first', { person: 'dora' })
    await until(async () => (await readLock(desk))?.holder.runbook === 'resume')
    const holder = await readLock(desk)
    await t.throwsAsync(resume(bed.site, 'the second'), {
      message: /^started by dora: «resume» runs since .*nothing was done/,
    })
    // Agreed to before the first one took its place.
    await t.throwsAsync(lockInsteadOf(desk, dead, 'resume'), { message: /«resume» runs since/ })
    t.deepEqual((await readLock(desk))?.holder, holder?.holder)
    await blocker.query('rollback')
    t.deepEqual(await first, { lock: dead })
    t.is(await readLock(desk), undefined)
    t.deepEqual(await resume(bed.site, 'a test'), {})
    await bed.close()
  },
)

test.serial('the status of a site where nothing has begun, or nothing answers, says so', async (t) => {
  const bed = await createTestbed(servers)
  t.regex(statusText(await readStatus(bed.site)), /no lift has begun/)
  const unreachable = { ...bed.site, target: { url: 'postgres://x:y@127.0.0.1:1/pay' } }
  const text = statusText(await readStatus(unreachable))
  t.regex(text, /target {6}the target database at 127.0.0.1:1 cannot be reached/)
  await bed.close()
})

test.serial('replicate killed while it subscribes goes on, and copies once', async (t) => {
  const other = await createTestbed(servers)
  const ids = [await other.pay(), await other.pay()]
  const site = siteFile(other)
  // The fence is there, so that what the lock below holds up is the subscription.
  const first = await other.run('source')
  await first.all(['check-databases', 'install-fence'])
  await first.close()
  const blocker = await other.connect('target', 'superuser')
  await blocker.query('begin; lock table public.payments in exclusive mode')
  const run = begin('runbook', ['replicate', '--site', site, '--execute', '--json'])
  const subscribing = until(async () => /step-begin.*subscribe-target/.test(run.text.out))
  await Promise.race([
    subscribing,
    run.ended.then((code) => Promise.reject(new Error(`${code}: ${run.text.err}`))),
  ])
  process.kill(-run.child.pid!, 'SIGKILL')
  await run.ended
  // The process table may show it for a moment longer.
  await until(async () => !(await readLock(deskStore(other.site)))?.alive)
  const left = await readStatus(readSite(site))
  t.like(left.run, { runbook: 'replicate', step: 'subscribe-target', open: true, position: 4, of: 5 })
  t.regex(statusText(left), /its process has not said that it ended: «resume» settles what it left/)
  const resumed = await command('runbook', ['resume', '--site', site, '--execute', '--yes'])
  t.is(resumed.code, 0, resumed.err)
  t.regex(resumed.out, /run «replicate» again: what it did before it does not do twice/)
  await blocker.query('rollback')
  // A target that dies while it subscribes leaves a slot: it is named, with what ends it.
  const admin = await other.connect('source', 'superuser')
  const link = linkName(other.site, 0)
  await admin.query("select pg_create_logical_replication_slot($1, 'pgoutput')", [link])
  await t.throwsAsync(drive('replicate', site, { execute: true }), {
    message: new RegExp(
      `slot ${link}: nobody reads this slot(.|\\n)*pg_drop_replication_slot\\('${link}'\\)`,
    ),
  })
  await admin.query('select pg_drop_replication_slot($1)', [link])
  await drive('replicate', site, { execute: true })
  t.deepEqual(await other.payments('target'), ids)
  const slots = await execute(
    other.site.source.url,
    'select from pg_replication_slots where database = current_database()',
  )
  t.is(slots.rowCount, 1)
  await other.close()
})
