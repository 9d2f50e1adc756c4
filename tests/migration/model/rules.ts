/** What the protocol rests on. The model can do without each, to show what it is for. */
export const MECHANISMS = {
  decisionRecord: 'one create-only decision an epoch: without it everyone follows their own wish',
  epochs: 'databases and gate refuse acts of an epoch that is past',
  settledToken: 'acts after the decision carry a higher token, so that late acts before it are refused',
  settledFirst: 'an epoch begins when the one before has settled on both databases',
  fence: 'from stops accepting writes before the drain',
  sessionsEnd: 'the fence ends app sessions and log-ins, which triggers would leave able to call nextval',
  drain: 'everything written before the fence has arrived on to',
  sequences: 'to goes on from the last id of from',
  guardedSequences: 'setval runs under the fence row of to and is refused like any other late act',
  forwardDisabled: 'forward replication is disabled before to accepts writes',
  reverseBeforeUnfence: 'the reverse slot exists before to accepts writes',
  reverseAdvanced: 'the reverse slot skips what forward replication brought',
  guardedAdvance: 'advancing the reverse slot runs under the fence row of to, too',
  watchdog: 'somebody finishes when the runner is gone',
  takeover: 'who takes over ends the sessions of the old holder',
  armedUntilSettled: 'the watchdog minds a switchover until both databases have settled',
  ownArming: 'who has finished an epoch disarms the watchdog for that epoch alone',
  gateTokens: 'the gate refuses lower tokens, as databases do',
  gateMemory: 'the gate keeps its token when it restarts',
  undoOnFromAlone: 'going back needs from alone: to is put right when it can be reached',
} as const
export type Mechanism = keyof typeof MECHANISMS

/** Who can be left out, to reach a counter-example sooner: fewer parties do nothing that more could not. */
export type Party = 'secondRunner' | 'oldWatchdog' | 'clients'

export type Rules = Readonly<Record<Mechanism | Party, boolean>>

const PARTIES: Party[] = ['secondRunner', 'oldWatchdog', 'clients']
export const NAMES = Object.keys(MECHANISMS) as Mechanism[]

export const without = (...names: (Mechanism | Party)[]): Rules =>
  Object.fromEntries([...NAMES, ...PARTIES].map((name) => [name, !names.includes(name)])) as Rules

export const WHOLE = without()
