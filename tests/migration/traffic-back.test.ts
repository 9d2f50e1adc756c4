/** Where requests go: the emergency way back, and what a cutover asks of the front door. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { decisionStore } from '../../migration/decision/files.ts'
import { createFrontDoor } from '../../migration/front-door/create.ts'
import { storedHolds } from '../../migration/front-door/holds.ts'
import { readSite, type Site } from '../../migration/site.ts'
import { readStatus, statusText } from '../../migration/status.ts'
import { steps } from '../../migration/steps/index.ts'
import { deskStore } from '../../migration/store/open.ts'
import { mailbox } from '../../migration/watchdog/mailbox.ts'
import { testSandbox } from '../postgres.ts'
import { until } from '../until.ts'
import { drive, fakeFrontDoor, siteFile } from './operator.ts'
import { createTestbed, type Testbed, testServers } from './testbed.ts'

const servers = await testServers()
let bed: Testbed
test.before(async () => {
  bed = await createTestbed(servers, { deadlineMs: 60_000, soakMs: 0 })
  bed.startWatchdog()
  await drive('replicate', siteFile(bed), { execute: true })
})
test.after.always(() => bed.close())

test.serial('the emergency way back waits for nobody, and holds', async (t) => {
  const door = await fakeFrontDoor()
  const site = siteFile(bed, { ...door.site, limits: { ...bed.site.limits, soakMs: 600_000 } })
  const shifting = drive('shift-traffic', site, { execute: true })
  await Promise.race([until(async () => door.moved.includes(1)), shifting])
  await drive('traffic-back', site, { execute: true, as: 'eve', reason: 'customers complain' })
  const held = /a hold keeps the weight at 0: set by eve at .*, because «customers complain»/
  await t.throwsAsync(shifting, { message: held })
  t.deepEqual(door.moved, [1, 0])
  t.regex(statusText(await readStatus(readSite(site))), new RegExp(`hold {8}${held.source}`))
  await t.throwsAsync(drive('shift-traffic', site, { execute: true }), { message: held })
  await drive('release-hold', site, { execute: true })
  t.is(await storedHolds(deskStore(bed.site)).read(), undefined)
  await deskStore(bed.site).put('hold.json', '{"weight": 0')
  t.regex(statusText(await readStatus(readSite(site))), /hold {8}not known, there may be one: .*JSON/)
  await storedHolds(deskStore(bed.site)).remove()
  door.close()
})

test.serial('the emergency way back goes on without a database, unless a cutover was decided', async (t) => {
  const door = await fakeFrontDoor(50)
  const away = { url: 'postgres://x:y@127.0.0.1:1/pay' }
  const lines: string[] = []
  const back = (more: object) =>
    drive('traffic-back', siteFile(bed, { ...door.site, ...more }), { execute: true }, (text) =>
      lines.push(text),
    )
  await back({ target: away })
  t.deepEqual(door.moved, [0])
  t.true(lines.some((line) => line.includes('the target database cannot be reached from here')))
  await back({ source: away, target: away })
  t.deepEqual(door.moved, [0, 0])
  await storedHolds(deskStore(bed.site)).remove()
  const journal = mkdtempSync(join(testSandbox().dir, 'decided-'))
  await decisionStore({ ...bed.site, journal }).decide(1, 'back', 'a test')
  await t.throwsAsync(back({ source: away, target: away, journal }), { message: /knows no run of this lift/ })
  mkdirSync(join(journal, 'runs'), { recursive: true })
  writeFileSync(join(journal, 'runs', '2026-01-01T00-00-00-000Z-replicate.jsonl'), '')
  await decisionStore({ ...bed.site, journal }).decide(3, 'forward', 'a test')
  await t.throwsAsync(back({ source: away, target: away, journal }), {
    message: /the target is the system of record \(the last decision to move it is of epoch 3\)/,
  })
  const source = await bed.connect('source', 'superuser')
  await source.query(`update lift.fence set state = 'fenced'`)
  await t.throwsAsync(back({ target: away }), { message: /the source is fenced and refuses every write/ })
  await source.query(`update lift.fence set state = 'open'`)
  const box = mailbox(deskStore(bed.site))
  const arming = { epoch: 1, from: 'source', forward: 'lift_none', deadlineMs: 600_000 } as const
  await box.arm(arming)
  await t.throwsAsync(back({}), { message: /a switchover is under way/ })
  await box.disarm(1)
  t.deepEqual(door.moved, [0, 0])
  door.close()
})

test.serial('a cutover looks where requests go: on a stack none may go on-premises any more', async (t) => {
  const door = await fakeFrontDoor(50)
  const site = siteFile(bed, door.site)
  const lines: string[] = []
  await drive('cutover', site, {}, (text) => lines.push(text))
  t.regex(lines.join('\n'), /50 % of the requests still go on-premises: services that do not go through/)
  const { lift, ...context } = (await bed.run('source')).context
  const { gate, ...rest } = { ...readSite(site) }
  const stack = { ...rest, gate: { ...gate, kind: 'poolers' } } as Site
  const door2 = createFrontDoor(readSite(site))
  await t.throwsAsync(
    steps.preflight.check!({ ...context, lift: { ...lift, site: stack, frontDoor: door2 } }),
    { message: /50 % of the requests still go on-premises, where no gate stands/ },
  )
  await lift.close()

  // Hours later somebody has taken the traffic back: it is asked again right before the pause.
  const run = await bed.run('source')
  await run.all(['preflight', 'freeze-ddl', 'verify-rows', 'prepare'])
  await drive('traffic-back', site, { execute: true, as: 'eve', reason: 'customers complain' })
  Object.assign(run.context.lift, { site: readSite(site), frontDoor: door2 })
  await t.throwsAsync(run.step('arm'), { message: /a hold keeps the weight at 0: set by eve/ })
  await drive('release-hold', site, { execute: true })
  await run.close()
  door.close()
})
