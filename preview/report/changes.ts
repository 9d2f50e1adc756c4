import { causeText, type Detail, folded } from './lines.ts'
import type { ChangeView, Part, View } from './view.ts'
import { code, count, prose } from './words.ts'

interface Lost {
  change: ChangeView
  where: string[]
}

/** Every destroy and replace, in any detail: none of them is ever left out. */
export function lossesText({ stacks }: View, detail: Detail): string[] {
  const found = new Map<string, Lost>()
  for (const { stack, now, ahead } of stacks) {
    const parts: [Part | undefined, string][] = [
      [now, stack],
      [ahead?.part, `${stack} in ${ahead?.phase}`],
    ]
    for (const [part, where] of parts) {
      for (const change of part?.changes ?? []) {
        if (!['delete', 'replace'].includes(change.op) || change.revision) continue
        const key = JSON.stringify([change.op, change.type, change.name, detail < 2 && change.causes[0]])
        const known = found.get(key)
        if (known) known.where.push(where)
        else found.set(key, { change, where: [where] })
      }
    }
  }
  if (found.size === 0) return []
  const all = [...found.values()].sort((a, b) => weight(b.change) - weight(a.change))
  const lines = detail < 2 ? all.map((each) => lostLine(each, detail)) : compact(all)
  return [
    '### Destroyed and replaced',
    '',
    ...(lines.length > 12 ? folded(`all ${all.length}`, lines) : [...lines, '']),
  ]
}

/** What holds something first, and of it what is gone for good. */
const weight = ({ lost, op, causes }: ChangeView) =>
  (lost ? 4 : 0) +
  (op === 'delete' ? 2 : 0) +
  (causes.some(({ replaces, follows }) => replaces && !follows) ? 1 : 0)

const verbs = { delete: 'destroyed', replace: 'replaced', create: 'created', update: 'changed' }

function lostLine({ change, where }: Lost, detail: Detail): string {
  const { op, name, type, lost, protect, causes } = change
  const cause =
    causes.find(({ replaces, follows }) => replaces && follows === undefined) ??
    causes.find(({ replaces }) => replaces)
  const because = cause ? ` — ${causeText(cause)}` : ''
  const words = detail === 0 && lost ? `, ${prose(lost)}` : ''
  return `- **${verbs[op]}** ${code(name)} (${prose(type)}${words})${protect ? ', protected' : ''}${because} · ${where.map(prose).join(', ')}`
}

/** Names alone, by what happens to which type where. */
function compact(all: Lost[]): string[] {
  const groups = new Map<string, string[]>()
  for (const { change, where } of all) {
    const key = `**${verbs[change.op]}** ${prose(change.type)} · ${where.map(prose).join(', ')}`
    groups.set(key, [...(groups.get(key) ?? []), change.name])
  }
  return [...groups].map(([key, names]) => `- ${key}: ${names.map(prose).join(', ')}`)
}

/** Changes by component, what holds something first. */
export function changesText({ changes }: Part, detail: Detail): string[] {
  const byComponent = new Map<string, ChangeView[]>()
  for (const change of changes)
    byComponent.set(change.component, [...(byComponent.get(change.component) ?? []), change])
  const holds = (list: ChangeView[]) => Math.max(...list.map(weight))
  const components = [...byComponent].sort(([, a], [, b]) => holds(b) - holds(a))
  if (detail === 3) {
    return components.length > 0
      ? [components.map(([name, list]) => `${prose(name)} ${list.length}`).join(', '), '']
      : []
  }
  return components.flatMap(([component, list]) => [
    `**${prose(component)}** · ${summaryOf(list)}`,
    '',
    ...(detail < 2 ? linesOf(list, detail) : []),
  ])
}

const summaryOf = (list: ChangeView[]): string =>
  (['delete', 'replace', 'update', 'create'] as const)
    .map((op) => [list.filter((each) => each.op === op).length, verbs[op]] as const)
    .filter(([number]) => number > 0)
    .map(([number, verb]) => `${number} ${verb}`)
    .join(', ')

function linesOf(list: ChangeView[], detail: Detail): string[] {
  const made = list.filter(({ op }) => op === 'create')
  const others = list.filter(({ op }) => op !== 'create').sort((a, b) => weight(b) - weight(a))
  const most = detail === 0 ? 5 : 1
  return [
    ...others.flatMap(({ op, name, type, causes, revision }) => [
      `- ${revision ? 'new revision of' : verbs[op]} ${code(name)} (${prose(type)})`,
      ...causes
        .slice(0, most)
        .map((cause) => `  - ${causeText(cause)}${cause.replaces && !revision ? ', which replaces it' : ''}`),
      ...(causes.length > most
        ? [`  - and ${count(causes.length - most, 'more property', 'more properties')}`]
        : []),
    ]),
    ...(made.length > 0
      ? [
          `- created ${made
            .slice(0, detail === 0 ? 8 : 3)
            .map(({ name }) => code(name))
            .join(
              ', ',
            )}${made.length > (detail === 0 ? 8 : 3) ? ` and ${made.length - (detail === 0 ? 8 : 3)} more` : ''}`,
        ]
      : []),
    '',
  ]
}
