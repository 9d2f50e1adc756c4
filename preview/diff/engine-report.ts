import type { judge } from '../../policy/check.ts'
import { consequences, positionOf, type StackReport, type Tools } from './analyse.ts'
import type { EngineComparison } from './engine-preview.ts'
import { illegalMove, isDisposable, moveWords } from './moves.ts'

/**
 * The report of what the real engine says. Reasons for `*` resources stand in the program, which did not run here, so
 * that one rule is left to the offline preview; everything else is the same.
 */
export function engineReport(
  { stack, base: deployed, head, comparison, errors }: EngineComparison,
  tools: Tools,
): StackReport {
  const first = deployed.resources.length === 0
  // What was never deployed has nothing that was kept.
  const base = first ? { ...deployed, disposable: head.disposable } : deployed
  const all = consequences(base, head, tools, first ? 'none' : base)
  const without = (list: ReturnType<typeof judge>['broken']) =>
    list.filter(({ rule }) => rule.name !== 'no-any-resource-without-reason')
  return {
    stack,
    disposable: isDisposable(base, head),
    ...(!base.disposable && head.disposable && { turnsDisposable: true }),
    existence: first ? 'new' : undefined,
    from: first ? undefined : positionOf(base),
    to: positionOf(head),
    move: first ? undefined : moveWords(base, head),
    illegal: first ? undefined : illegalMove(base, head),
    ...(errors.length > 0 && { refused: { side: 'head' as const, says: errors.join(' ') } }),
    now: { ...all, ...comparison, broken: without(all.broken), brokenBefore: without(all.brokenBefore) },
  }
}
