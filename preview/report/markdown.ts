import { changesText, lossesText } from './changes.ts'
import { type Finding, kinds } from './finding.ts'
import { causeText, type Detail, folded } from './lines.ts'
import type { Part, StackView, View } from './view.ts'
import { code, count, dollars, html, prose, some } from './words.ts'

/** The most that a comment of GitHub may have is 65,536; this leaves room. */
export const mostCharacters = 64_000

/** The report as Markdown, with as much detail as a comment has room for. */
export function markdown(view: View, most = mostCharacters): string {
  for (const detail of [0, 1, 2, 3] as const) {
    const text = render(view, detail)
    if (text.length <= most) return text
  }
  return `${render(view, 3).slice(0, most - 200)}\n\n…cut here: the file report.json of the run has the rest.\n`
}

const marks = { stop: '⛔', look: '⚠️', fine: '✅' }
export const levelOf = ({ findings }: View): keyof typeof marks => findings[0]?.level ?? 'fine'

/** One line that says whether to merge. */
export function verdict(view: View): string {
  const level = levelOf(view)
  const changed = view.stacks.some(
    ({ now, ahead }) => (now?.changes.length ?? 0) + (ahead?.part?.changes.length ?? 0) > 0,
  )
  if (level === 'fine')
    return `${marks.fine} ${changed ? 'Nothing is destroyed, replaced, opened or weakened' : 'No stack changes'}`
  const most = view.findings.filter((each) => each.level === level)
  const reasons = [...new Set(most.map(({ kind }) => kinds[kind]))].slice(0, 3).join(', ')
  return `${marks[level]} ${level === 'stop' ? 'Do not merge as it is' : 'Look before you merge'}: ${reasons}`
}

function render(view: View, detail: Detail): string {
  return [
    `## ${verdict(view)}`,
    '',
    ...summary(view),
    '',
    ...findingLines(view, detail),
    ...lossesText(view, detail),
    ...guardrails(view, detail),
    ...view.stacks.flatMap((stack) => stackText(stack, detail)),
    ...(detail < 3 ? foot(view) : []),
  ].join('\n')
}

const opNames = ['create', 'update', 'replace', 'delete'] as const

function summary({ stacks }: View): string[] {
  const row = ({ stack, position, now, refused }: StackView): string => {
    if (!now)
      return `| **${prose(stack)}** | ${prose(position)} | ${refused ? 'does not run' : ''} | | | | | |`
    const counted = opNames.map(
      (op) => now.changes.filter((each) => each.op === op && !(op === 'replace' && each.revision)).length,
    )
    const [made, changed, replaced, gone] = counted as [number, number, number, number]
    const strong = (number: number) => (number > 0 ? `**${number}**` : '0')
    const revisions = now.changes.filter(({ revision }) => revision).length
    const { before, after, sourced } = now.usd
    const usd = Math.abs(after - before) < 0.005 ? '±$0' : `${dollars(after - before)}${sourced ? '' : ' ≈'}`
    return `| **${prose(stack)}** | ${prose(position)} | ${made} | ${changed + revisions} | ${strong(replaced)} | ${strong(gone)} | ${now.guardrails.length > 0 ? `**${now.guardrails.length} broken**` : 'hold'} | ${usd} |`
  }
  return [
    '| stack | phase | created | changed | replaced | destroyed | guardrails | a month |',
    '|---|---|--:|--:|--:|--:|---|--:|',
    ...stacks.map(row),
  ]
}

/** Findings that stand open at the top; more are folded. */
const firstFindings = 8

function findingLines({ findings }: View, detail: Detail): string[] {
  const first = findings.slice(0, firstFindings)
  // With little room, those that stand in the lists below are counted only.
  const below = new Set(detail > 1 ? ['lost', 'gone', 'guardrail'] : [])
  const rest = findings.slice(firstFindings)
  const told = rest.filter(({ kind }) => !below.has(kind)).slice(0, detail > 1 ? 40 : undefined)
  const more = rest.length - told.length
  return [
    ...first.map((each) => findingLine(each, detail)),
    ...(rest.length > 0
      ? [
          '',
          ...folded(`…and ${count(rest.length, 'more finding')}`, [
            ...told.map((each) => findingLine(each, detail)),
            ...(more > 0 ? [`- ${more} more, in the lists below`] : []),
          ]),
        ]
      : []),
    ...(findings.length > 0 ? [''] : []),
  ]
}

export function findingLine(
  { level, kind, names, says, cause, mend, stacks }: Finding,
  detail: Detail = 0,
): string {
  const where = stacks.length > 0 ? `**${stacks.map(prose).join(', ')}** · ` : ''
  const who =
    names.length > 0
      ? `${some(names, detail > 0 ? 3 : 4)}${kind === 'weaker' && !says.startsWith('would') ? ':' : ''} `
      : ''
  const because = cause ? ` — ${causeText(cause)}` : ''
  const what = prose(says)
    .slice(0, detail > 1 ? 200 : 420)
    .replace(/\.$/, '')
  return `- ${marks[level]} ${where}${who}${what}${because}${mend && detail < 2 ? `. ${prose(mend)}` : ''}`
}

function guardrails({ stacks }: View, detail: Detail): string[] {
  const all = stacks.flatMap(({ stack, now, ahead }) => [
    ...(now?.guardrails ?? []).map((each) => ({ ...each, where: stack })),
    ...(ahead?.part?.guardrails ?? []).map((each) => ({ ...each, where: `${stack} in ${ahead!.phase}` })),
  ])
  if (all.length === 0) return []
  const byRule = new Map<string, typeof all>()
  for (const each of all) byRule.set(each.rule, [...(byRule.get(each.rule) ?? []), each])
  const lines = [...byRule].flatMap(([rule, broken]) => {
    const places = new Map<string, string[]>()
    for (const { name, says, where } of broken) {
      const key = detail > 1 ? name || 'the stack' : `${name ? `${code(name)}: ` : ''}${prose(says)}`
      places.set(key, [...(places.get(key) ?? []), where])
    }
    const first = broken[0]!
    const named = [...places].map(([what, where]) => `${what} (${[...new Set(where)].map(prose).join(', ')})`)
    if (detail > 1) return [`- ${code(rule)}: ${[...places.keys()].map(prose).join(', ')}`]
    return [
      `**${prose(rule)}** (${prose(first.level)}) ${prose(first.lesson)} ${prose(first.mend)}`,
      ...named.map((line) => `- ${line}`),
      '',
    ]
  })
  return folded(`<b>Guardrails</b> · ${count(all.length, 'broken', 'broken')}`, lines)
}

function stackText(view: StackView, detail: Detail): string[] {
  const { stack, now, ahead, move, refused } = view
  const lines = [
    ...(refused ? [prose(refused), ''] : []),
    ...(move ? [`The lift moves: ${prose(move)}.`, ''] : []),
    ...(now ? partText(now, detail) : []),
    ...(ahead?.part && ahead.part.changes.length > 0
      ? [
          `**In ${prose(ahead.phase)}, where the stack is going**, this changes besides:`,
          '',
          ...partText(ahead.part, detail),
        ]
      : []),
  ]
  if (lines.length === 0) return []
  const changes = (now?.changes.length ?? 0) + (ahead?.part?.changes.length ?? 0)
  return folded(
    `<b>${html(stack)}</b> · ${count(changes, 'change')} by component, roles, reach, costs`,
    lines,
  )
}

function partText(part: Part, detail: Detail): string[] {
  const { roles, opened, closed, costs, usd, unknown, rebuilt, waived, guardrailsBefore } = part
  const most = [40, 15, 5, 0][detail]!
  const list = (title: string, all: string[]): string[] =>
    all.length === 0 || most === 0
      ? []
      : [
          `**${title}**`,
          '',
          ...all.slice(0, most).map((line) => `- ${prose(line)}`),
          ...(all.length > most ? [`- and ${all.length - most} more`] : []),
          '',
        ]
  return [
    ...changesText(part, detail),
    ...list('Roles', roles),
    ...list('Becomes reachable', opened),
    ...list('Is no longer reachable', closed),
    ...(costs.length > 0 && detail < 3
      ? [
          `**Costs** ${dollars(usd.before, false)} → ${dollars(usd.after, false)} a month${usd.sourced ? '' : ' (≈: some prices were not looked up)'}`,
          '',
          ...costs
            .slice(0, most)
            .map(
              ({ name, usd: each, old, now }) =>
                `- ${dollars(each)} ${code(name)}: ${prose(old ?? 'nothing')} → ${prose(now ?? 'nothing')}`,
            ),
          '',
        ]
      : []),
    [
      `${count(unknown, 'value')} not known before up`,
      ...(rebuilt.length > 0 ? [`${count(rebuilt.length, 'resource')} with new builds only`] : []),
      ...(waived > 0 ? [`${count(waived, 'waiver')} in use`] : []),
      ...(guardrailsBefore > 0 ? [`${count(guardrailsBefore, 'guardrail')} broken before as well`] : []),
    ].join(' · '),
    '',
  ]
}

const foot = ({ base, head, assumptions }: View): string[] => [
  ...folded('How this was made', [
    `${prose(head)} against ${prose(base)}, both run without credentials; AWS was not asked. docs/pull-requests.md explains each part.`,
    '',
    ...assumptions.map((line) => `- ${prose(line)}`),
  ]),
]
