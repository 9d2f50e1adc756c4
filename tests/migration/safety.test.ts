import { mkdtempSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import test from 'ava'
import fc from 'fast-check'
import { approve, readApproval, requestApproval } from '../../migration/safety/approvals.ts'
import { entryOf, whoAmI } from '../../migration/safety/person.ts'
import { demandConsent, type Keyboard } from '../../migration/safety/terminal.ts'
import { insideWindow, opensAt, windowProblem } from '../../migration/safety/window.ts'
import { parseSite } from '../../migration/site.ts'
import { fileStore } from '../../migration/store/files.ts'
import { testSandbox } from '../postgres.ts'

const store = () => fileStore(mkdtempSync(join(testSandbox().dir, 'store-')))

test('a window is open by the wall clock of its zone, over midnight and in summer time too', (t) => {
  const berlin = { startsAt: '23:30', hours: 3, timezone: 'Europe/Berlin' }
  t.true(insideWindow(berlin, new Date('2026-01-10T22:30:00Z')))
  t.true(insideWindow(berlin, new Date('2026-01-11T01:29:59Z')))
  t.false(insideWindow(berlin, new Date('2026-01-11T01:30:00Z')))
  t.true(insideWindow(berlin, new Date('2026-07-10T21:30:00Z')))
  t.false(insideWindow(berlin, new Date('2026-07-10T21:29:00Z')))
  t.is(windowProblem(undefined), undefined)
  t.is(windowProblem(berlin, new Date('2026-01-10T22:31:00Z')), undefined)
  t.regex(
    windowProblem(berlin, new Date('2026-01-10T20:15:00Z')) ?? '',
    /outside the migration window \(23:30 for 3 h, Europe\/Berlin\): it opens at 2026-01-10T22:30Z, in 2 h 15 min/,
  )
})

test('a closed window opens at the moment that is told, and not a minute before', (t) => {
  const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/St_Johns', 'Asia/Kathmandu')
  const clock = fc
    .tuple(fc.nat(23), fc.nat(59))
    .map(([h, m]) => `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`)
  const moment = fc.date({ min: new Date('2026-01-01'), max: new Date('2026-12-31'), noInvalidDate: true })
  fc.assert(
    fc.property(zones, clock, fc.integer({ min: 1, max: 12 }), moment, (timezone, startsAt, hours, now) => {
      const window = { startsAt, hours, timezone }
      fc.pre(!insideWindow(window, now))
      const opens = opensAt(window, now)
      t.true(insideWindow(window, opens))
      t.false(insideWindow(window, new Date(opens.getTime() - 60_000)))
      t.true(opens.getTime() - now.getTime() < 25 * 3_600_000)
    }),
    { numRuns: 25 },
  )
})

const typing = (typed: string): Keyboard => ({ present: true, ask: async () => typed })
const nobody: Keyboard = { present: false, ask: () => Promise.reject(new Error('nobody is asked')) }
const prod = { about: 'it acts', word: 'prod', production: true, yes: false }

test('production wants its name typed by hand; a pipe and --yes type nothing', async (t) => {
  await t.notThrowsAsync(demandConsent(prod, typing('prod\n')))
  for (const typed of ['', 'Prod', 'yes', 'staging'])
    await t.throwsAsync(demandConsent(prod, typing(typed)), { message: /is not «prod»: nothing was done/ })
  await t.throwsAsync(demandConsent(prod, nobody), { message: /must type «prod» at a terminal/ })
  for (const keyboard of [nobody, typing('prod')])
    await t.throwsAsync(demandConsent({ ...prod, yes: true }, keyboard), { message: /--yes is refused/ })
})

test('elsewhere a machine may answer, and says so', async (t) => {
  const dev = { ...prod, production: false }
  await t.notThrowsAsync(demandConsent({ ...dev, yes: true }, nobody))
  await t.throwsAsync(demandConsent(dev, nobody), { message: /a machine says it with --yes/ })
})

const request = {
  run: 'a-run',
  runbook: 'cutover',
  step: 'prepare',
  by: 'dora',
  at: '2026-01-01T00:00:00Z',
  required: 2,
  approvers: ['anna', 'ben', 'dora'],
}

test('N of M people agree, each once, and who runs it is none of them', async (t) => {
  const kept = store()
  await t.throwsAsync(approve(kept, request, 'anna', { verdict: 'yes' }), { message: /nobody has asked/ })
  await requestApproval(kept, request)
  const yes = (person: string) => approve(kept, request, person, { verdict: 'yes' })
  await t.throwsAsync(yes('dora'), { message: /dora runs this runbook/ })
  await t.throwsAsync(yes('eve'), { message: /eve is not among those who may approve: anna, ben, dora/ })
  t.is((await yes('anna')).missing, 1)
  await t.throwsAsync(yes('anna'), { message: /anna said «yes» at .*: a word is given once/ })
  await t.throwsAsync(approve(kept, request, 'anna', { verdict: 'no' }), { message: /given once/ })
  // Whoever can write to the store can write there by hand; the list and the runner are looked at again.
  for (const by of ['dora', 'eve'])
    await kept.create(
      `approvals/a-run/prepare/${by}.json`,
      JSON.stringify({ approver: by, person: by, verdict: 'yes', at: '' }),
    )
  t.is((await readApproval(kept, 'a-run', 'prepare'))?.missing, 1)
  t.is((await yes('ben')).missing, 0)
})

test('people of any name are told apart', async (t) => {
  const kept = store()
  const approvers = ['Анна', 'Борис', 'jörg', 'jürg', 'request', 'a/b']
  await requestApproval(kept, { ...request, required: approvers.length, approvers })
  for (const [at, person] of approvers.entries()) {
    const { missing } = await approve(kept, request, person, { verdict: 'yes' })
    t.is(missing, approvers.length - 1 - at)
  }
})

test('asking again changes nothing of what was asked', async (t) => {
  const kept = store()
  await requestApproval(kept, request)
  await requestApproval(kept, { ...request, required: 1, by: 'eve' })
  t.deepEqual((await readApproval(kept, 'a-run', 'prepare'))?.request, request)
})

test('sessions of one role are one approver; users and roles of other accounts are not', (t) => {
  const approvers = ['arn:aws:iam::333333333333:role/team/lead', 'arn:aws:iam::333333333333:user/ben']
  const session = (name: string) => `arn:aws:sts::333333333333:assumed-role/lead/${name}`
  t.is(entryOf(session('anna'), approvers), approvers[0])
  t.is(entryOf(session('eve'), approvers), approvers[0])
  t.is(entryOf('arn:aws:iam::333333333333:user/ben', approvers), approvers[1])
  t.is(entryOf('arn:aws:iam::333333333333:role/ben', approvers), undefined)
  t.is(entryOf('arn:aws:sts::111111111111:assumed-role/lead/anna', approvers), undefined)
})

test.serial('on a stack a person is who STS says, and --as is refused', async (t) => {
  const arn = 'arn:aws:sts::333333333333:assumed-role/lead/anna'
  let answer = 403
  const server = createServer((_request, response) => {
    response.statusCode = answer
    response.end(
      `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>${arn}</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>`,
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const before = { ...process.env }
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  })
  try {
    await t.throwsAsync(whoAmI({ stack: 'prod' }), { message: /AWS does not say who you are/ })
    answer = 200
    t.is(await whoAmI({ stack: 'prod' }), arn)
    await t.throwsAsync(whoAmI({ stack: 'prod', as: 'anna' }), { message: /--as is for site files/ })
    t.is(await whoAmI({ as: 'anna' }), 'anna')
  } finally {
    process.env = before
    server.close()
  }
})

test('a site whose approvers are too few, or whose window is none, is refused with the key', (t) => {
  const site = { source: { url: 'postgres://a/b' }, target: { url: 'postgres://a/c' } }
  const read = (more: object) => () => parseSite(JSON.stringify({ ...site, ...more }), 'site.yaml')
  t.throws(read({ approvals: { required: 2, approvers: ['anna', 'ben'] } }), {
    message: /approvals\.approvers: approvers must be more people than required/,
  })
  t.throws(read({ approvals: { required: 1, approvers: ['anna', 'anna'] } }), { message: /more people/ })
  const window = { startsAt: '01:00', hours: 4, timezone: 'Europe/Berlin' }
  t.deepEqual(read({ window })().window, window)
  t.throws(read({ window: { ...window, timezone: 'Berlin' } }), { message: /window\.timezone/ })
  t.throws(read({ window: { ...window, startsAt: '25:00' } }), { message: /window\.startsAt/ })
})
