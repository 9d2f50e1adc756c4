import test from 'ava'
import fc from 'fast-check'
import { flows, flowsAt, groups } from '../../components/flows.ts'
import { phases, reaches } from '../../phases.ts'

const onPremises = { api: 8443, database: 5433 }
const at = (phase: (typeof phases)[number], removed = false) =>
  flowsAt({ reaches: (first) => reaches(phase, first), removed }, onPremises)

test('each phase keeps what the one before it allowed', (t) => {
  for (const [index, phase] of phases.slice(1).entries()) {
    for (const flow of at(phases[index]!))
      t.deepEqual(
        at(phase).includes(flow) || at(phase).some((one) => JSON.stringify(one) === JSON.stringify(flow)),
        true,
      )
  }
})

test('no connection is listed twice', (t) => {
  const keys = flows(onPremises).map(({ from, to, port }) => `${from} ${to} ${port}`)
  t.deepEqual(
    keys.filter((key, index) => keys.indexOf(key) !== index),
    [],
  )
})

test('every part is reached or reaches something', (t) => {
  for (const group of groups)
    t.true(
      flows(onPremises).some(({ from, to }) => from === group || to === group),
      group,
    )
})

test('nothing but the front door is reached from the world, and the database reaches only on-premises', (t) => {
  t.deepEqual(
    flows(onPremises)
      .filter(({ from }) => from === 'world')
      .map(({ to }) => to),
    ['frontDoor'],
  )
  t.deepEqual(
    flows(onPremises)
      .filter(({ from }) => from === 'database')
      .map(({ to }) => to),
    ['onPremises'],
  )
})

test('on-premises is called on the ports that the settings say, wherever it is called', (t) => {
  const called = flows(onPremises)
    .filter(({ to }) => to === 'onPremises')
    .map(({ from, port }) => [from, port])
  t.deepEqual(called, [
    ['frontDoor', 8443],
    ['pooler', 5433],
    ['runner', 5433],
    ['database', 5433],
  ])
})

test('once the source is left, nothing speaks to on-premises', (t) => {
  fc.assert(
    fc.property(fc.constantFrom(...phases), (phase) =>
      at(phase, true).every(({ from, to }) => from !== 'onPremises' && to !== 'onPremises'),
    ),
  )
  t.pass()
})
