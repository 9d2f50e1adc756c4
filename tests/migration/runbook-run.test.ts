import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { abortRun } from '../../migration/commands/abort.ts'
import { answerRequest } from '../../migration/commands/approve.ts'
import { settleWhatIsLeft } from '../../migration/commands/resume.ts'
import { writeBundle } from '../../migration/evidence/bundle.ts'
import { verifyBundle } from '../../migration/evidence/verify.ts'
import { lock, readLock } from '../../migration/journal/lock.ts'
import { runNames, runPlace } from '../../migration/journal/runs.ts'
import { pageNames, readPage } from '../../migration/page/page.ts'
import { linkName } from '../../migration/replication.ts'
import { requestApproval } from '../../migration/safety/approvals.ts'
import { readSite } from '../../migration/site.ts'
import { currentRun } from '../../migration/status/run.ts'
import { readStatus, statusText } from '../../migration/status.ts'
import { deskStore, recordStore } from '../../migration/store/open.ts'
import { command } from '../command.ts'
import { testSandbox } from '../postgres.ts'
import { until } from '../until.ts'
import { drive, everything, fakeFrontDoor, leaveStaleLock, siteFile } from './operator.ts'
import { unnoticedChanges } from './tampering.ts'
import { createTestbed, testServers } from './testbed.ts'

const servers = await testServers()
const approvals = { approvals: { required: 1, approvers: ['anna', 'ben', 'dora'] } }

// One pair of databases for all: each test leaves it as it was, but for the last, which cuts over.
const bed = await createTestbed(servers, { deadlineMs: 60_000, soakMs: 0 })
bed.startWatchdog()
const desk = deskStore(bed.site)
test.before(async () => {
  await bed.pay()
  await drive('replicate', siteFile(bed), { execute: true })
})
test.after.always(() => bed.close())

const both = () => Promise.all([everything(bed.site.source.url), everything(bed.site.target.url)])

/** Until the run that holds the lock waits for its approvers. */
const waiting = () => until(async () => (await currentRun(bed.site))?.waitsFor !== undefined)

test.serial('a dry run of any runbook changes nothing on either side, and nothing of the site', async (t) => {
  const door = await fakeFrontDoor()
  const site = siteFile(bed, { ...door.site, ...approvals })
  const records = () =>
    recordStore(bed.site)
      .list('')
      .then((keys) => keys.filter((key) => !/^runs|heartbeat|lock-beat/.test(key)))
  const before = [await both(), await records()]
  const failed: Record<string, string> = {}
  for (const name of pageNames()) {
    if (readPage(name).calls.length === 0) continue
    await drive(name, site, { reason: 'a dry run' }).catch((error) => {
      failed[name] = error.message
    })
    t.deepEqual([await both(), await records()], before, name)
  }
  // These cannot be begun from where this lift stands, and say so.
  for (const name of ['decommission', 'rollback']) t.regex(failed[name] ?? '', /^it would fail:\n {2}/, name)
  t.deepEqual(door.moved, [])
  t.is(await readLock(desk), undefined)
  door.close()
})

test.serial('a closed window refuses the run, and lets the dry run look', async (t) => {
  const startsAt = `${String((new Date().getUTCHours() + 12) % 24).padStart(2, '0')}:00`
  const site = siteFile(bed, { window: { startsAt, hours: 1, timezone: 'UTC' } })
  await t.throwsAsync(drive('cutover', site, { execute: true }), {
    message: /^cutover is refused outside the migration window \(\d\d:00 for 1 h, UTC\): it opens at 20/,
  })
  t.is(await readLock(desk), undefined)
  await t.notThrowsAsync(drive('cutover', site))
})

test.serial('somebody asks a run to stop: it puts everything back and says who and why', async (t) => {
  const site = siteFile(bed, approvals)
  const before = await both()
  t.regex((await abortRun(bed.site, { person: 'eve', reason: 'x' })) ?? '', /no run is under way/)
  const run = drive('cutover', site, { execute: true })
  await Promise.race([waiting(), run])
  t.regex(
    (await abortRun(readSite(site), { person: 'eve', reason: 'payments are slow' })) ?? '',
    /-cutover, which is in «approval», is asked to stop after its step/,
  )
  await t.throwsAsync(run, { message: /eve asked to stop: payments are slow\nNothing was switched/ })
  t.deepEqual(await both(), before)
})

test.serial('two operators: one runs, the other is told who, since when and what to do', async (t) => {
  const site = siteFile(bed, approvals)
  const first = drive('cutover', site, { execute: true })
  await Promise.race([waiting(), first])
  const second = await command('runbook', ['cutover', '--site', site, '--execute', '--as', 'eve'])
  t.is(second.code, 1)
  t.regex(
    second.err,
    /^\nstarted by dora: «cutover» runs since \d{4}-\S+ on \S+, process \d+: wait until it has ended; «status» shows where it is, «abort» asks it to stop\n$/,
  )
  await answerRequest(readSite(site), { step: 'prepare', person: 'anna', verdict: 'no' })
  await t.throwsAsync(first, { message: /anna said no/ })
  t.is(await readLock(desk), undefined)
})

test.serial('a stale lock is explained, and taken over only when somebody agrees', async (t) => {
  const site = siteFile(bed, approvals)
  const said: string[] = []
  const consent = { person: 'dora', yes: true, takeOver: false, say: (text: string) => said.push(text) }
  await leaveStaleLock(desk)
  await t.throwsAsync(drive('cutover', site, { execute: true }), {
    message:
      /that process is gone: its lock is stale\. «npm run runbook -- resume \(--site FILE \| --stack NAME\) --execute» settles/,
  })
  // Approvers are named: --yes is no approval.
  const refused = settleWhatIsLeft(readSite(site), consent)
  await until(async () => said.some((line) => line.includes('waiting for one of anna, ben, dora')))
  const answer = (person: string, verdict: 'yes' | 'no') =>
    answerRequest(readSite(site), { step: 'take-over', person, verdict })
  await t.throwsAsync(answer('dora', 'yes'), { message: /dora runs this runbook/ })
  await answer('ben', 'no')
  await t.throwsAsync(refused, { message: /ben said no/ })
  await t.throwsAsync(settleWhatIsLeft(readSite(site), { ...consent, person: 'anna' }), {
    message: /ben said no/,
  })
  t.truthy(await readLock(desk))
  await leaveStaleLock(desk)
  const agreed = settleWhatIsLeft(readSite(site), consent)
  await until(() => answer('anna', 'yes').catch(() => undefined))
  t.regex((await agreed).join('\n'), /the lock of «cutover» .* is removed/)
  t.is(await readLock(desk), undefined)

  // Whom another asked, who gave up, may take it over too; then somebody else must agree, and what was said stands.
  await leaveStaleLock(desk)
  const { pid, since } = (await readLock(desk))!.holder
  const ofLock = `take-over-${since.replaceAll(/[:.]/g, '-')}-${pid}`
  const about = { run: `${ofLock}-by-dora`, runbook: 'cutover', step: 'take-over', by: 'dora', at: since }
  await requestApproval(recordStore(bed.site), { ...about, ...approvals.approvals })
  await answer('anna', 'yes')
  said.length = 0
  const mine = settleWhatIsLeft(readSite(site), { ...consent, person: 'anna' })
  await until(async () => said.some((line) => line.startsWith('waiting')))
  await t.throwsAsync(answer('anna', 'yes'), { message: /anna runs this runbook/ })
  await answer('dora', 'yes')
  await mine
  t.is(said.at(-1), 'yes from dora')

  // Where no approvers are named the operator says it, or --yes for a machine.
  const plain = readSite(siteFile(bed))
  await leaveStaleLock(desk)
  await t.throwsAsync(settleWhatIsLeft(plain, { ...consent, yes: false }), {
    message: /nobody is at the terminal/,
  })
  await leaveStaleLock(desk, { host: 'another-host' })
  await t.throwsAsync(settleWhatIsLeft(plain, consent), {
    message: /look at another-host first, and when it is gone add --take-over/,
  })
  t.truthy(await readLock(desk))
  t.regex((await settleWhatIsLeft(plain, { ...consent, takeOver: true })).join('\n'), /is removed/)
})

test.serial('a journal with one byte changed, or cut in a line: status and evidence say where', async (t) => {
  const site = siteFile(bed)
  const run = (await runNames(recordStore(bed.site))).at(-1) ?? ''
  const path = runPlace(bed.site, run)
  const whole = readFileSync(path, 'utf8')
  const lines = whole.split('\n')
  const changed = lines.with(3, lines[3]!.replace(/"at":"2/, '"at":"3')).join('\n')
  for (const [text, message] of [
    [changed, 'line 4: its hash does not follow from the entries before it'],
    [whole.slice(0, -20), `line ${lines.length - 1}: it is cut off in the middle`],
  ] as const) {
    writeFileSync(path, text)
    t.true(statusText(await readStatus(readSite(site))).includes(`is broken at ${message}`))
    const bundle = await writeBundle(bed.site, run, join(testSandbox().dir, `broken-${Math.random()}`))
    t.is(bundle.broken, message)
    t.regex((await verifyBundle(bundle.folder)).problems.join('\n'), /the journal's chain breaks at line \d+/)
  }
  writeFileSync(path, whole)
})

test.serial('a run of shift-traffic that was cut off is gone on with, not begun again', async (t) => {
  const door = await fakeFrontDoor(25)
  await drive('shift-traffic', siteFile(bed, door.site), { execute: true })
  t.deepEqual(door.moved, [25, 50, 100])
  door.close()
})

test.serial('approvers decide: no puts all back, yes goes on; the evidence has it all', async (t) => {
  const site = siteFile(bed, approvals)
  const parsed = readSite(site)
  const answer = (person: string, verdict: 'yes' | 'no', reason?: string) =>
    answerRequest(parsed, { step: 'prepare', person, verdict, reason })
  const before = await both()
  const refused = drive('cutover', site, { execute: true })
  await Promise.race([waiting(), refused])
  // Those who look write journals too, and must not hide it.
  const looks = Array.from({ length: 25 }, (_, n) =>
    runPlace(parsed, `2999-01-01T00-00-00-0${n}Z-payments-stopped`),
  )
  for (const path of looks) writeFileSync(path, '')
  t.is((await currentRun(parsed))?.runbook, 'cutover')
  for (const path of looks) rmSync(path)
  const text = statusText(await readStatus(parsed))
  t.regex(text, /^run {9}cutover by dora on .*, process \d+: .*-cutover$/m)
  t.regex(text, /^phase {7}replicate/m)
  t.regex(text, /^step {8}4\. Prepare the way back: approval, for/m)
  t.regex(text, /^waits for {3}1 of anna, ben, dora: npm run runbook -- approve prepare/m)
  t.regex(text, /^next {8}5\. Arm the watchdog · 6\. Hold writes/m)
  t.regex(text, /^if it hangs before «yes from»: call the approvers/m)
  await t.throwsAsync(answer('dora', 'yes'), { message: /dora runs this runbook/ })
  await t.throwsAsync(answerRequest(parsed, { step: 'decide', person: 'anna', verdict: 'yes' }), {
    message: /no run asks for approval of «decide»; asked for: prepare \(cutover\)/,
  })
  t.regex(await answer('ben', 'no', 'the numbers look odd'), /it said: \d+ rows in \d+ tables are equal/)
  await t.throwsAsync(refused, {
    message: /ben said no: the numbers look odd\nNothing was switched(.|\n)*\nUndo: by itself/,
  })
  t.deepEqual(await both(), before)
  // A dry run that is newer is not what is asked for.
  await drive('cutover', site)
  const no = await writeBundle(parsed, 'cutover', join(testSandbox().dir, `evidence-${Math.random()}`))
  const read = (name: string) => readFileSync(join(no.folder, name), 'utf8')
  t.like(JSON.parse(read('summary.json')), { outcome: 'failed' })
  t.regex(read('journal.jsonl'), /"event":"refused","step":"prepare","given":\[\{"approver":"ben"/)
  t.regex(read('approvals.json'), /"verdict": "no",\n\s+"reason": "the numbers look odd"/)

  const agreed = drive('cutover', site, { execute: true })
  await Promise.race([waiting(), agreed])
  t.regex(await answer('anna', 'yes'), /«yes» from anna: cutover by dora/)
  await agreed
  t.regex(statusText(await readStatus(parsed)), /^The target is the system of record\.\nphase {7}cutover/)
  // While somebody settles, what acted last is shown as what it is, and no dry run in its place.
  await drive('rollback', site)
  const release = await lock(deskStore(parsed), 'resume')
  const stops = await deskStore(parsed).list('stops/')
  const settling = statusText(await readStatus(parsed))
  t.regex(settling, /^lock {8}«resume» runs since/m)
  t.regex(settling, /^last run {4}cutover by dora/m)
  const asked = { person: 'anna', reason: 'a test' }
  await t.throwsAsync(abortRun(parsed, asked), { message: /«resume» runs since .*there is no run to stop/ })
  await release()
  // Its journal has not begun: nobody reads what is asked of the last one.
  const beginning = await lock(deskStore(parsed), 'rollback')
  await t.throwsAsync(abortRun(parsed, asked), { message: /just beginning or ending/ })
  await beginning()
  t.deepEqual(await deskStore(parsed).list('stops/'), stops)

  const folder = join(testSandbox().dir, `evidence-${Math.random()}`)
  const bundle = await writeBundle(parsed, 'cutover', folder)
  const summary = JSON.parse(readFileSync(join(bundle.folder, 'summary.json'), 'utf8'))
  t.like(summary, { runbook: 'cutover', person: 'dora', outcome: 'ended', epoch: 1 })
  t.regex(summary.servers.source, /^\d+/)
  t.true(summary.pauseMs > 0)
  t.is(summary.steps.length, 18)
  t.true(summary.figures.some((line: string) => /rows in \d+ tables are equal/.test(line)))
  t.like(JSON.parse(readFileSync(join(bundle.folder, 'decision.json'), 'utf8')), { verdict: 'forward' })
  t.regex(readFileSync(join(bundle.folder, 'approvals.json'), 'utf8'), /"person": "anna"/)
  t.deepEqual(await verifyBundle(bundle.folder), {
    run: bundle.folder.split('/').at(-1)!,
    seal: bundle.seal,
    problems: [],
  })
  t.deepEqual(await unnoticedChanges(bundle.folder), [])
  await t.throwsAsync(writeBundle(parsed, 'cutover', folder), {
    message: /is there already, and its seal may have been noted: .*--into/,
  })
  // The number of the switchover that the refused run had in mind was the next one's.
  const refusedRun = no.folder.split('/').at(-1)!
  const later = await writeBundle(parsed, refusedRun, folder)
  t.is(readFileSync(join(later.folder, 'decision.json'), 'utf8'), 'null\n')

  // A decommission that died after the first of its two acts is ended by the next.
  const admin = await bed.connect('source', 'superuser')
  const link = linkName(bed.site, 1)
  await admin.query(`alter subscription ${link} disable`)
  await admin.query(`alter subscription ${link} set (slot_name = none); drop subscription ${link}`)
  await drive('decommission', siteFile(bed), { execute: true })
  const after = statusText(await readStatus(parsed))
  t.regex(after, /^The target is the system of record\.\nphase {7}decommission/)
})
