import type { Consequences, StackReport } from '../diff/analyse.ts'
import type { Change } from '../diff/compare.ts'
import { guardWords } from '../diff/guards.ts'
import { lostWith } from '../diff/kinds.ts'
import { isMeant } from '../diff/leaving.ts'
import { leapWords } from '../diff/moves.ts'
import { policyGains } from '../diff/policy-gains.ts'
import { grantWords } from '../diff/roles.ts'
import { weakenings } from '../diff/weaker.ts'
import { causeOf, type Finding, firstCause, grouped, type Level, merged } from './finding.ts'
import { dollars } from './words.ts'

type Bare = Omit<Finding, 'stacks'>

/** Everything in the stacks that a reviewer must not miss, the worst first. */
export const findings = (reports: StackReport[]): Finding[] => merged(reports.map(ofStack))

function ofStack(report: StackReport): Finding[] {
  const { stack, disposable, existence, refused, illegal, move, from, to, now, ahead } = report
  const at = (list: Bare[], where: string) => grouped(list.map((each) => ({ ...each, stacks: [where] })))
  const there = ahead && `${stack} in ${ahead.phase}`
  return [
    ...at(
      [
        ...(refused ? [refusal(refused.says, refused.side)] : []),
        ...(illegal ? [finding('stop', 'move', [], illegal, { mend: 'Move one phase at a time.' })] : []),
        ...(move && !illegal ? [finding('look', 'step', [], move)] : []),
        ...leaps(report),
        ...(report.turnsDisposable ? [loosened] : []),
        ...comesOrGoes(report),
        ...(existence === 'gone' ? lossesOf(now, disposable) : []),
        ...(now && existence !== 'gone'
          ? consequencesOf(now, report, !existence && from?.phase !== to?.phase)
          : []),
      ],
      stack,
    ),
    ...(ahead?.refused ? at([refusal(ahead.refused, 'head')], there!) : []),
    ...(ahead?.consequences
      ? at(consequencesOf(ahead.consequences, { disposable, from: undefined, to: undefined }, false), there!)
      : []),
  ]
}

const finding = (
  level: Level,
  kind: Finding['kind'],
  names: string[],
  says: string,
  more: Partial<Pick<Finding, 'cause' | 'mend'>> = {},
): Bare => ({ level, kind, names, says, ...more })

const loosened = finding(
  'stop',
  'loosened',
  [],
  'becomes disposable: whatever holds payments may then be destroyed in one `up`, with no snapshot',
  {
    cause: { path: 'payments-lift:disposable', old: 'false', now: 'true' },
    mend: 'Leave it false. Who means it takes that to the owners of the stack, in a pull request of its own.',
  },
)

const refusal = (says: string, side: 'base' | 'head') =>
  finding(
    'stop',
    'refused',
    [],
    `${side === 'base' ? 'The program it starts from' : 'The program'} does not run: ${says}`,
  )

/** A stack whose file is new, or not there any more. */
function comesOrGoes({ existence, disposable, now }: StackReport): Bare[] {
  if (!existence || !now) return []
  const { before, after } = now.costs
  if (existence === 'new')
    return [
      finding('look', 'stack', [], `is new: all of it is created, ${dollars(after, false)} a month`, {
        mend: 'Its first `up` needs the role and the state of an environment of its own: account/.',
      }),
    ]
  return [
    finding(
      disposable ? 'look' : 'stop',
      'stack',
      [],
      `is no longer described: \`pulumi destroy\` of the base would destroy all of it, and until then it stays, with nobody to change it, at ${dollars(before, false)} a month`,
      { mend: 'Go through decommission and destroy it first, then take its file away.' },
    ),
  ]
}

/** Of a stack that goes, only what cannot be made again is named; that the rest goes too is said once. */
const lossesOf = (all: Consequences | undefined, disposable: boolean): Bare[] =>
  (all?.changes ?? [])
    .flatMap((change) => losses(change, disposable ? 'look' : 'stop'))
    .filter(({ kind }) => kind === 'lost')

function leaps({ from, to, illegal }: StackReport): Bare[] {
  const words = from && to && !illegal ? leapWords(from, to) : undefined
  return words ? [finding('look', 'leap', [], words)] : []
}

type Moving = Pick<StackReport, 'disposable' | 'from' | 'to' | 'illegal'>

function consequencesOf(all: Consequences, report: Moving, moves: boolean): Bare[] {
  const grave: Level = report.disposable ? 'look' : 'stop'
  const unlessMeant = (change: Change): Level => (isMeant(report, change) ? 'look' : grave)
  const told = new Set(all.broken.map(({ urn }) => urn))
  return [
    ...all.changes.flatMap((change) => losses(change, unlessMeant(change))),
    ...guardrails(all),
    ...all.changes.flatMap((change) => weaker(change, grave, unlessMeant(change), told)),
    ...all.changes
      .flatMap((change) => policyGains(change, all.accountId))
      .map((gain) => finding('look', 'rights', [gain.name], gain.says)),
    ...all.reach.opened.map(({ name, words, world }) =>
      finding('look', 'open', [name], `${words}${world ? ', from the internet or to it' : ''}`),
    ),
    ...rights(all),
    ...costs(all, moves),
  ]
}

/** What is destroyed or replaced; with state in it that is a loss. */
function losses(change: Change, grave: Level): Bare[] {
  const { op, type, name, old, now } = change
  if ((op !== 'delete' && op !== 'replace') || change.revision) return []
  const verb = op === 'delete' ? 'would be destroyed' : 'would be replaced'
  const kept = old?.protect && (now?.protect ?? true) ? '; it is protected, so the run stops there' : ''
  const cause = op === 'replace' ? firstCause(change) : undefined
  const lost = lostWith(type)
  if (lost) return [finding(grave, 'lost', [name], `${verb}: ${lost}${kept}`, { cause })]
  const guarded = op === 'delete' ? guardWords(type) : undefined
  if (guarded) return [finding(grave, 'weaker', [name], `${verb}: ${guarded}`)]
  return [finding('look', 'gone', [name], verb, { cause })]
}

/** The change behind a broken guardrail: of the resource itself, or of one that belongs to it. */
function guardrails({ broken, changes }: Consequences): Bare[] {
  const byUrn = new Map(changes.map((change) => [change.urn, change]))
  const belonging = (urn: string) =>
    changes.find(({ old, now }) =>
      [old, now].some((each) =>
        Object.values(each?.propertyDependencies ?? {}).some((urns) => urns.includes(urn)),
      ),
    )
  return broken.map(({ rule, name, says, urn, expired }) => {
    const change = byUrn.get(urn) ?? (urn ? belonging(urn) : undefined)
    const property = change && (weakest(change) ?? change.properties[0])
    const ended = expired ? ` Its waiver ended on ${expired.expires}; ${expired.owner} answers for it.` : ''
    return finding(
      rule.level === 'mandatory' ? 'stop' : 'look',
      'guardrail',
      name ? [name] : [],
      `${says} (${rule.name})`,
      {
        cause: property && causeOf(property),
        mend: `${rule.mend}${ended}`,
      },
    )
  })
}

const weakest = (change: Change) => {
  const [first] = weakenings(change)
  return first && change.properties.find(({ path }) => path === first.path)
}

function weaker(change: Change, grave: Level, unprotected: Level, told: ReadonlySet<string>): Bare[] {
  if (change.op === 'replace' && lostWith(change.type)) return []
  const { name, urn, properties, old, now } = change
  return weakenings(change)
    .filter(({ path }) => !(told.has(urn) && path !== 'protect' && properties.length === 1))
    .map(({ path, words, grave: isGrave }) => {
      const property = properties.find((each) => each.path === path)
      const cause = property
        ? causeOf(property)
        : { path, old: String(old?.protect ?? ''), now: String(now?.protect ?? '') }
      const stops = path === 'protect' ? unprotected : grave
      return finding(isGrave ? stops : 'look', 'weaker', [name], words, { cause })
    })
}

function rights({ roles }: Consequences): Bare[] {
  const foreign = roles.foreign.map(({ role, takenBy }) =>
    finding('look', 'rights', [role], `is new, and may be taken from another account: ${takenBy.join(', ')}`),
  )
  return foreign.concat(
    roles.changed.flatMap(({ role, gains, takenBy, managed }) => [
      ...(takenBy.gains.length > 0
        ? [finding('look', 'rights', [role], `may be taken by ${takenBy.gains.join(', ')}`)]
        : []),
      ...(managed.gains.length > 0
        ? [finding('look', 'rights', [role], `gains all of AWS's ${managed.gains.join(', ')}`)]
        : []),
      ...(gains.length > 0
        ? [finding('look', 'rights', [role], `gains ${grantWords(gains).join('; ')}`)]
        : []),
    ]),
  )
}

/** From which increase a month people are told. */
const leastUsd = 10
const leastShare = 0.01
/** From how many times as dear a unit of use. */
const leastTimes = 2

function costs({ costs: { before, after, changes } }: Consequences, moves: boolean): Bare[] {
  const more = after - before
  const dearer = changes.filter(({ usd }) => usd > 0)
  const worst = dearer[0]
  const jumps = changes.filter(({ times = 1 }) => times >= leastTimes)
  return [
    ...(worst && more >= Math.max(leastUsd, before * leastShare)
      ? [
          finding(
            'look',
            'cost',
            dearer.slice(0, 3).map(({ name }) => name),
            `${dollars(more)} a month${moves ? ', as the phase adds it' : ''}`,
            {
              cause: { path: 'cost', old: worst.old ?? '', now: worst.now ?? '' },
            },
          ),
        ]
      : []),
    ...jumps.map(({ name, times, old, now }) =>
      finding(
        'look',
        'cost',
        [name],
        `costs ${times!.toFixed(1).replace(/\.0$/, '')} times as much for the same use`,
        {
          cause: { path: 'cost', old: old ?? '', now: now ?? '' },
        },
      ),
    ),
  ]
}
