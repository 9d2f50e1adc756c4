import type { Step } from './data.ts'

/** One run of a runbook: its steps, from the first one's start to the last one's end. */
export interface RunbookSpan {
  runbook: string
  startMs: number
  endMs: number
  steps: readonly Step[]
}

/** Steps in the order they ran, put together by runbook; a runbook that ran twice has two spans. */
export function runbookSpans(steps: readonly Step[]): RunbookSpan[] {
  const groups: Step[][] = []
  for (const step of steps) {
    const group = groups.at(-1)
    if (group?.[0]?.runbook === step.runbook) group.push(step)
    else groups.push([step])
  }
  return groups.map((group) => ({
    runbook: group[0]!.runbook,
    startMs: Math.min(...group.map(({ startMs }) => startMs)),
    endMs: Math.max(...group.map(({ startMs, durationMs }) => startMs + durationMs)),
    steps: group,
  }))
}

/** `drain`, `watch-weight 25 %` */
export function stepName({ step, argument }: Step): string {
  return argument === undefined ? step : `${step} ${argument}`
}

/** The steps that run at a moment, as `cutover › drain`. */
export function stepsBetween(steps: readonly Step[], startMs: number, endMs: number): string[] {
  return steps
    .filter((step) => step.startMs < endMs && step.startMs + step.durationMs > startMs)
    .map((step) => `${step.runbook} › ${stepName(step)}`)
}
