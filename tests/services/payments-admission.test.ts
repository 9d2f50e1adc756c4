import test from 'ava'
import { Admission, DeadlineError, type Pass } from '../../services/payments/admission.ts'

const soon = () => performance.now() + 5000
const turn = () => new Promise(setImmediate)

/** A promise that the test settles. */
function later() {
  let [resolve, reject] = [() => {}, (_: Error) => {}]
  const promise = new Promise<void>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}

/** Enters and notes the name when its turn comes. */
function entries(admission: Admission) {
  const order: string[] = []
  const passes = new Map<string, Pass>()
  const enter = (name: string, again = false) => {
    admission.enter(soon(), true, again).then((pass) => {
      order.push(name)
      passes.set(name, pass)
    })
  }
  const leave = (name: string, outcome: 'well' | 'unreachable' | 'fenced' = 'well') =>
    admission.leave(passes.get(name)!, outcome)
  return { order, enter, leave }
}

test('at most `size` at once, the rest in order, those tried before first', async (t) => {
  const admission = new Admission(2)
  const { order, enter, leave } = entries(admission)
  for (const name of ['a', 'b', 'c', 'd']) enter(name)
  enter('again', true)
  await turn()
  t.deepEqual(order, ['a', 'b'])
  t.is(admission.waiting, 3)
  leave('a')
  leave('b')
  await turn()
  t.deepEqual(order, ['a', 'b', 'again', 'c'])
  t.is(admission.inUse, 2)
})

test('few at first, one more whenever somebody has waited a while, and few again after a change of route', async (t) => {
  const admission = new Admission(4, 1)
  const { order, enter, leave } = entries(admission)
  enter('a')
  await turn()
  leave('a')
  const began = performance.now()
  for (const name of ['b', 'c', 'd', 'e', 'f']) enter(name)
  while (order.length < 5) await turn()
  t.true(performance.now() - began > 25, 'three more took three whiles')
  leave('b')
  await turn()
  t.is(admission.inUse, 4)
  for (const name of ['c', 'd', 'e', 'f']) leave(name)
  admission.startAnew([Promise.resolve()])
  for (const name of ['g', 'h']) enter(name)
  await turn()
  t.is(admission.inUse, 1)
})

test('after a change of route nobody enters for a connection that is not there yet', async (t) => {
  const admission = new Admission(4, 2)
  const { order, enter } = entries(admission)
  const [first, second] = [later(), later()]
  admission.startAnew([first.promise, second.promise])
  for (const name of ['a', 'b']) enter(name)
  await turn()
  t.deepEqual(order, [])
  second.resolve()
  await turn()
  t.deepEqual(order, ['a'])
  first.resolve()
  await turn()
  t.deepEqual(order, ['a', 'b'])
})

test('when none can be made one enters and finds out why; a connection of an earlier route counts for nothing', async (t) => {
  const admission = new Admission(4, 2)
  const { order, enter } = entries(admission)
  const earlier = later()
  admission.startAnew([earlier.promise])
  const [first, second] = [later(), later()]
  admission.startAnew([first.promise, second.promise])
  enter('a')
  earlier.resolve()
  await turn()
  t.deepEqual(order, [])
  first.reject(new Error('refused'))
  second.reject(new Error('refused'))
  await turn()
  t.deepEqual(order, ['a'])
})

test('who waits is not kept waiting by a connection that is being made', async (t) => {
  const making = later()
  const asked = later()
  const admission = new Admission(2, 1, () => {
    asked.resolve()
    return making.promise
  })
  const { order, enter, leave } = entries(admission)
  for (const name of ['a', 'b', 'c', 'd']) enter(name)
  await asked.promise
  t.deepEqual(order, ['a'])
  leave('a')
  await turn()
  t.deepEqual(order, ['a', 'b'], 'the connection that is there goes on')
  making.resolve()
  await turn()
  t.deepEqual(order, ['a', 'b', 'c'], 'and the new one takes the next when it is ready')
})

test('held: nobody enters, idle tells when the last has left; opened: in order', async (t) => {
  const admission = new Admission(2)
  const { order, enter, leave } = entries(admission)
  enter('a')
  await turn()
  admission.hold()
  for (const name of ['b', 'c', 'd']) enter(name)
  t.false(await admission.idle(20))
  const idle = admission.idle(5000)
  leave('a')
  t.true(await idle)
  t.true(await admission.idle(0))
  t.deepEqual(order, ['a'])
  admission.open()
  await turn()
  t.deepEqual(order, ['a', 'b', 'c'])
})

test('who waits past the deadline is sent away, and the others keep their place', async (t) => {
  const admission = new Admission(1)
  const { order, enter, leave } = entries(admission)
  enter('a')
  const late = admission.enter(performance.now() + 20, true)
  enter('b')
  await t.throwsAsync(late, { instanceOf: DeadlineError })
  t.is(admission.waiting, 1)
  leave('a')
  await turn()
  t.deepEqual(order, ['a', 'b'])
  leave('b')
  await t.throwsAsync(
    admission.enter(performance.now(), true, true),
    { instanceOf: DeadlineError },
    'nor let in',
  )
  t.is(admission.inUse, 0)
})

test('after a failure one at a time knocks, and its success lets all in', async (t) => {
  const admission = new Admission(3)
  const { order, enter, leave } = entries(admission)
  for (const name of ['a', 'b', 'c']) enter(name)
  await turn()
  leave('a', 'unreachable')
  for (const name of ['d', 'e', 'f']) enter(name)
  await turn()
  t.deepEqual(order, ['a', 'b', 'c', 'd'], 'the first knock comes at once')
  leave('b', 'unreachable')
  leave('c', 'well') // it entered before the trouble: proves nothing
  t.false(await admission.idle(30)) // longer than the first wait between knocks
  t.deepEqual(order, ['a', 'b', 'c', 'd'])
  t.is(admission.failing, 'unreachable')
  leave('d', 'well')
  await turn()
  t.is(admission.failing, undefined)
  t.deepEqual(order, ['a', 'b', 'c', 'd', 'e', 'f'])
})

test('while the database is fenced, reads pass by the writes that wait, and prove nothing', async (t) => {
  const admission = new Admission(2)
  admission.leave(await admission.enter(soon(), true), 'fenced')
  const knock = await admission.enter(soon(), true)
  const write = admission.enter(soon(), true)
  admission.leave(await admission.enter(soon(), false), 'well')
  t.is(admission.failing, 'fenced')
  t.is(admission.waiting, 1)
  admission.leave(knock, 'well')
  t.is(admission.failing, undefined)
  await write
})

test('while nobody can connect, reads knock like the rest', async (t) => {
  const admission = new Admission(2)
  admission.leave(await admission.enter(soon(), true), 'unreachable')
  const knock = await admission.enter(soon(), false)
  const read = admission.enter(soon(), false)
  t.is(admission.waiting, 1)
  admission.leave(knock, 'well')
  await read
  t.is(admission.failing, undefined)
})

test('knocks become rarer, up to ten a second', async (t) => {
  const admission = new Admission(5)
  const times: number[] = []
  admission.leave(await admission.enter(soon(), true), 'unreachable')
  for (let i = 0; i < 8; i++) {
    const pass = await admission.enter(soon(), true, true)
    times.push(performance.now())
    admission.leave(pass, 'unreachable')
  }
  const gaps = times.slice(1).map((time, i) => time - times[i]!)
  for (const [i, least] of [10, 20, 40, 80, 100, 100, 100].entries()) {
    t.true(gaps[i]! > least - 3 && gaps[i]! < 1000, `gap ${i}: ${gaps[i]}`)
  }
})

test('opening forgets the failures', async (t) => {
  const admission = new Admission(2)
  const { order, enter, leave } = entries(admission)
  enter('a')
  await turn()
  leave('a', 'unreachable')
  enter('knock')
  await turn()
  leave('knock', 'unreachable')
  enter('b')
  enter('c')
  admission.hold()
  admission.open()
  await turn()
  t.deepEqual(order, ['a', 'knock', 'b', 'c'])
})
