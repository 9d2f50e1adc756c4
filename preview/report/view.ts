import { z } from 'zod'
import type { Consequences, StackReport } from '../diff/analyse.ts'
import type { Change } from '../diff/compare.ts'
import { isRevision, lostWith, shortType } from '../diff/kinds.ts'
import { grantWords } from '../diff/roles.ts'
import { findings } from './find.ts'
import { causeOf, kinds } from './finding.ts'

/**
 * What a report says, as plain data: it goes from the job that ran the pull request's code to the one that comments,
 * so nothing in it is Markdown, and it is checked when it arrives.
 */
const text = z.string().max(4000)
const names = z.array(text)
const cause = z.strictObject({
  path: text,
  old: text,
  now: text,
  follows: text.optional(),
})
const change = z.strictObject({
  op: z.enum(['create', 'update', 'replace', 'delete']),
  name: text,
  type: text,
  component: text,
  protect: z.boolean(),
  /** What goes with it, where it holds something. */
  lost: text.optional(),
  /** A new revision, which nobody notices. */
  revision: z.boolean(),
  causes: z.array(cause.extend({ replaces: z.boolean() })),
})
const part = z.strictObject({
  changes: z.array(change),
  rebuilt: names,
  guardrails: z.array(
    z.strictObject({ rule: text, level: text, name: text, says: text, mend: text, lesson: text }),
  ),
  guardrailsBefore: z.number(),
  waived: z.number(),
  roles: names,
  opened: names,
  closed: names,
  usd: z.strictObject({ before: z.number(), after: z.number(), sourced: z.boolean() }),
  costs: z.array(
    z.strictObject({
      name: text,
      usd: z.number(),
      old: text.optional(),
      now: text.optional(),
      byUse: z.boolean(),
    }),
  ),
  unknown: z.number(),
})
const stack = z.strictObject({
  stack: text,
  /** `foundation, weight 0` */
  position: text,
  disposable: z.boolean(),
  move: text.optional(),
  refused: text.optional(),
  now: part.optional(),
  ahead: z.strictObject({ phase: text, part: part.optional() }).optional(),
})
export const viewSchema = z.strictObject({
  version: z.literal(1),
  base: text,
  head: text,
  findings: z.array(
    z.strictObject({
      level: z.enum(['stop', 'look']),
      kind: z.enum(Object.keys(kinds) as [keyof typeof kinds, ...(keyof typeof kinds)[]]),
      names,
      says: text,
      cause: cause.optional(),
      mend: text.optional(),
      stacks: names,
    }),
  ),
  stacks: z.array(stack),
  /** What the figures rest on. */
  assumptions: names,
})
export type View = z.output<typeof viewSchema>
export type StackView = View['stacks'][number]
export type Part = z.output<typeof part>
export type ChangeView = Part['changes'][number]

export interface Sources {
  /** What is compared with what, in words: `main (a1b2c3d)`. */
  base: string
  head: string
  assumptions: string[]
}

const cut = (words: string) => (words.length > 3900 ? `${words.slice(0, 3899)}…` : words)

export const viewOf = (reports: StackReport[], { base, head, assumptions }: Sources): View => ({
  version: 1,
  base,
  head,
  findings: findings(reports).map((each) => ({ ...each, says: cut(each.says) })),
  stacks: reports.map(stackView),
  assumptions,
})

const existences = { new: ', a new stack', gone: ', no longer described' }

function stackView({
  stack: name,
  disposable,
  existence,
  from,
  to,
  move,
  illegal,
  refused,
  now,
  ahead,
}: StackReport): StackView {
  const at = to ?? from
  const says = refused?.says ?? illegal
  return {
    stack: name,
    position: `${at ? `${at.phase}, weight ${at.weight}` : 'unknown'}${existence ? existences[existence] : ''}`,
    disposable,
    ...(move && { move }),
    ...(says && { refused: cut(says) }),
    ...(now && { now: partOf(now) }),
    ...(ahead && {
      ahead: { phase: ahead.phase, ...(ahead.consequences && { part: partOf(ahead.consequences) }) },
    }),
  }
}

const partOf = (all: Consequences): Part => ({
  changes: all.changes.map(changeView),
  rebuilt: all.rebuilt,
  guardrails: all.broken.map(({ rule, name, says }) => ({
    rule: rule.name,
    level: rule.level,
    name,
    says: cut(says),
    mend: rule.mend,
    lesson: rule.lesson,
  })),
  guardrailsBefore: all.brokenBefore.length,
  waived: all.waived,
  roles: all.roles.changed
    .flatMap(({ role, gains, loses, takenBy, managed }) =>
      [
        ...grantWords(gains).map((words) => `${role} gains ${words}`),
        ...grantWords(loses).map((words) => `${role} loses ${words}`),
        ...takenBy.gains.map((principal) => `${role} may be taken by ${principal}`),
        ...takenBy.loses.map((principal) => `${role} is no longer for ${principal}`),
        ...managed.gains.map((arn) => `${role} gains all of AWS's ${arn}`),
        ...managed.loses.map((arn) => `${role} loses AWS's ${arn}`),
      ].map(cut),
    )
    .concat(
      all.roles.made.length > 0 ? [cut(`new: ${all.roles.made.join(', ')}`)] : [],
      all.roles.gone.length > 0 ? [cut(`gone: ${all.roles.gone.join(', ')}`)] : [],
    ),
  opened: all.reach.opened.map(({ name, words }) => `${name} ${words}`),
  closed: all.reach.closed.map(({ name, words }) => `${name} ${words}`),
  usd: { before: all.costs.before, after: all.costs.after, sourced: all.costs.sourced },
  costs: all.costs.changes.map(({ name, usd, old, now, byUse }) => ({
    name,
    usd,
    byUse,
    ...(old !== undefined && { old }),
    ...(now !== undefined && { now }),
  })),
  unknown: all.unknown,
})

function changeView({ op, name, type, component, old, now, properties, revision }: Change): ChangeView {
  const lost = lostWith(type)
  const protection =
    old && now && old.protect !== now.protect
      ? [{ path: 'protect', old: String(old.protect), now: String(now.protect), replaces: false }]
      : []
  return {
    op,
    name,
    type: shortType(type),
    component,
    protect: (old ?? now)?.protect ?? false,
    ...(lost !== undefined && !isRevision(type) && { lost }),
    revision,
    causes: [...protection, ...properties.map((each) => ({ ...causeOf(each), replaces: each.replaces }))],
  }
}
