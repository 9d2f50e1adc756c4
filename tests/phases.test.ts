import test from 'ava'
import fc from 'fast-check'
import { moveProblem, type Phase, type Position, phases, reaches, weightsOf } from '../phases.ts'

const at = (phase: Phase, weight = weightsOf(phase).least, removal: Position['removal'] = 'unprotect') => ({
  phase,
  weight,
  removal,
})
const kept = { disposable: false }

const position = fc
  .constantFrom(...phases)
  .chain((phase) =>
    fc
      .integer({ min: weightsOf(phase).least, max: weightsOf(phase).most })
      .map((weight) => at(phase, weight)),
  )

test('the whole lift is legal, step by step', (t) => {
  const way = [
    at('foundation'),
    at('replicate'),
    at('canary', 0),
    at('canary', 1),
    at('canary', 50),
    at('canary', 100),
    at('cutover'),
    at('decommission'),
    at('decommission', 100, 'remove'),
  ]
  t.is(moveProblem(undefined, way[0]!, kept), undefined)
  for (const [index, to] of way.slice(1).entries()) t.is(moveProblem(way[index], to, kept), undefined)
})

test('a rollback goes back to canary at weight 100 and no lower', (t) => {
  t.is(moveProblem(at('cutover'), at('canary', 100), kept), undefined)
  t.regex(moveProblem(at('cutover'), at('canary', 99), kept) ?? '', /Legal: cutover, canary \(/)
})

test('illegal moves are refused and the legal ones named', (t) => {
  const refused: [Position, Position, RegExp][] = [
    [at('foundation'), at('cutover'), /Legal: foundation, replicate\./],
    [at('canary', 0), at('foundation'), /Legal: canary, cutover/],
    [at('canary', 99), at('cutover'), /both at weight 100/],
    [at('replicate'), at('canary', 5), /at weight 0/],
    [at('decommission'), at('cutover'), /Legal: decommission\./],
    [at('cutover'), at('decommission', 100, 'remove'), /two ups/],
    [at('decommission', 100, 'remove'), at('decommission'), /Legal: decommission with removal remove\./],
  ]
  for (const [from, to, words] of refused) t.regex(moveProblem(from, to, kept) ?? '', words)
})

test('a stack starts with foundation', (t) => {
  for (const phase of phases.slice(1))
    t.regex(moveProblem(undefined, at(phase), kept) ?? '', /Legal: foundation/)
})

test('a disposable stack removes at once', (t) => {
  t.is(moveProblem(at('cutover'), at('decommission', 100, 'remove'), { disposable: true }), undefined)
})

test('what decommission has removed stays removed, also when the line of the settings is taken out', (t) => {
  for (const disposable of [true, false]) {
    const removed = at('decommission', 100, 'remove')
    t.regex(
      moveProblem(removed, at('decommission'), { disposable }) ?? '',
      /cannot move to removal unprotect/,
    )
    t.is(moveProblem(removed, removed, { disposable }), undefined)
  }
})

test('every position may stay, none may skip a phase, decommission is never left', (t) => {
  fc.assert(
    fc.property(position, position, (from, to) => {
      const distance = phases.indexOf(to.phase) - phases.indexOf(from.phase)
      const problem = moveProblem(from, to, kept)
      if (from.phase === to.phase) return problem === undefined
      if (distance > 1 || from.phase === 'decommission') return problem !== undefined
      return true
    }),
  )
  t.pass()
})

test('a phase reaches itself and what came before', (t) => {
  t.true(reaches('canary', 'canary'))
  t.true(reaches('cutover', 'replicate'))
  t.false(reaches('replicate', 'canary'))
})
