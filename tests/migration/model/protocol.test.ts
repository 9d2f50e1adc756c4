import test from 'ava'
import { explore } from './explore.ts'
import { PROPERTIES, type Property } from './properties.ts'
import { MECHANISMS, type Mechanism, NAMES, type Party, WHOLE, without } from './rules.ts'
import { RUNNER, SECOND_RUNNER, type State } from './state.ts'
import { printTrace } from './trace.ts'

const outcome = (s: State) => (s.settled === 2 ? s.decisions.join(', ') : undefined)
const runners = (s: State) => [s.actors[RUNNER], s.actors[SECOND_RUNNER]] as const

/** A protocol in which nothing happens loses nothing: these must come up. */
const situations: Record<string, (s: State) => boolean> = {
  'cutover, then rollback': (s) => outcome(s) === 'forward, forward' && s.secondFrom === 'target',
  'cutover, then a rollback that went back': (s) => outcome(s) === 'forward, back' && s.target.open,
  'a cutover that went back, then one that did not': (s) => outcome(s) === 'back, forward' && s.target.open,
  'two cutovers that went back': (s) => outcome(s) === 'back, back' && s.source.open,
  'both writes acknowledged, in both databases, after a rollback': (s) =>
    outcome(s) === 'forward, forward' && s.source.rows === 3 && s.target.rows === 3,
  'a write of the target on its way back when the rollback begins': (s) =>
    s.begun === 2 && s.secondFrom === 'target' && s.links[1].pending !== 0,
  'two runners prepare the same epoch': (s) => runners(s).every((r) => r.epoch === 1 && r.step === 'advance'),
  'runner 1 is to unfence for epoch 1 while epoch 2 is under way': (s) =>
    s.begun === 2 && s.actors[RUNNER].step === 'unfence',
  'a watchdog of epoch 1 is to tidy while epoch 2 is under way': (s) =>
    s.begun === 2 && s.actors.some((a) => a.step === 'clean' && a.epoch === 1 && a.choice === 'back'),
  'a runner is inside its fence when the decision is back': (s) =>
    s.source.session !== 0 && s.decisions[0] === 'back',
  'the gate hears of the pause after the fence': (s) => s.gate.token === 0 && !s.source.open,
  'a client keeps an id of the source past the fence': (s) => s.clients[1].id !== 0 && s.target.open,
}

test('the protocol holds, whatever the order and whoever stops or wakes late', (t) => {
  const { states, transitions, ms, cpuMs, unseen, violation } = explore(WHOLE, { situations })
  t.log(`${states} states, ${transitions} transitions, ${ms} ms; looked at: ${PROPERTIES.join(', ')}`)
  t.is(violation && printTrace(violation), undefined)
  t.deepEqual(unseen, [])
  t.true(cpuMs < 60_000, `${cpuMs} ms of one core`)
})

interface Expectation {
  breaks: Property
  /** Who is not needed to break it: the search is shorter without them. */
  absent?: (Party | 'watchdog')[]
}

const expectations: Record<Mechanism, Expectation> = {
  decisionRecord: { breaks: 'one writer' },
  epochs: { breaks: 'one writer', absent: ['clients'] },
  settledToken: { breaks: 'can always reopen', absent: ['clients', 'secondRunner'] },
  settledFirst: { breaks: 'way back complete', absent: ['oldWatchdog'] },
  fence: { breaks: 'one writer', absent: ['secondRunner', 'oldWatchdog'] },
  sessionsEnd: { breaks: 'no id twice', absent: ['secondRunner', 'oldWatchdog'] },
  drain: { breaks: 'nothing lost', absent: ['secondRunner', 'oldWatchdog'] },
  sequences: { breaks: 'no id twice', absent: ['secondRunner', 'oldWatchdog'] },
  guardedSequences: { breaks: 'no id twice', absent: ['oldWatchdog', 'watchdog'] },
  forwardDisabled: { breaks: 'way back complete', absent: ['secondRunner', 'oldWatchdog'] },
  reverseBeforeUnfence: { breaks: 'way back complete', absent: ['secondRunner', 'oldWatchdog'] },
  reverseAdvanced: { breaks: 'way back complete', absent: ['secondRunner', 'oldWatchdog'] },
  guardedAdvance: { breaks: 'way back complete', absent: ['oldWatchdog', 'watchdog'] },
  watchdog: { breaks: 'can always reopen', absent: ['clients', 'secondRunner'] },
  takeover: { breaks: 'can always reopen', absent: ['clients', 'secondRunner'] },
  armedUntilSettled: { breaks: 'can always settle', absent: ['clients', 'secondRunner'] },
  ownArming: { breaks: 'can always reopen', absent: ['clients'] },
  gateTokens: { breaks: 'can always reopen', absent: ['clients', 'secondRunner'] },
  gateMemory: { breaks: 'can always reopen', absent: ['clients', 'secondRunner'] },
  undoOnFromAlone: { breaks: 'can always reopen', absent: ['clients', 'secondRunner'] },
}

for (const name of NAMES) {
  const { breaks, absent = [] } = expectations[name]
  test(`without ${name} it breaks: ${breaks}`, (t) => {
    // Fewer parties reach fewer states, and the whole protocol holds in all: so it is the mechanism that matters.
    const { violation, states, ms } = explore(without(name, ...absent), { properties: [breaks] })
    if (!violation) return t.fail(`no counter-example in ${states} states`)
    t.log(`${name}: ${MECHANISMS[name]}`)
    t.log(`${states} states, ${ms} ms\n${printTrace(violation)}`)
    t.is(violation.property, breaks)
    t.true(violation.trace.length > 0 && violation.why.length > 0)
  })
}
