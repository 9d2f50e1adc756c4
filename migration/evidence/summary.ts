import type { JournalContent } from '../journal/journal.ts'

export interface StepTiming {
  step: string
  outcome: 'done' | 'failed' | 'checked' | 'unfinished'
  ms?: number
  expectedMs?: number
}

/** What a journal says, in figures: everything here can be read again from the journal. */
export interface Summary {
  runbook: string
  person?: string
  site?: string
  execute: boolean
  beganAt?: string
  endedAt?: string
  outcome: 'ended' | 'failed' | 'unfinished'
  error?: string
  epoch?: number
  /** PostgreSQL's version on both sides. */
  servers?: { source: string; target: string }
  steps: StepTiming[]
  /** From the step `pause` to the end of `resume`, milliseconds. */
  pauseMs?: number
  /** What the run told its operator: rows compared, weights, lags. */
  figures: string[]
  /** How far the chain of hashes is whole. */
  chain: { entries: number; whole: boolean; brokenAt?: string }
}

const outcomes: Record<string, StepTiming['outcome']> = {
  'step-end': 'done',
  'step-failed': 'failed',
  'step-checked': 'checked',
}

export function summaryOf({ entries, broken }: JournalContent): Summary {
  const [begin] = entries
  const end = entries.findLast(({ event }) => event === 'run-end' || event === 'run-failed')
  const steps: StepTiming[] = []
  for (const { event, step, ms, expectedMs } of entries) {
    if (event === 'step-begin' && step) steps.push({ step, outcome: 'unfinished' })
    const outcome = outcomes[event]
    const last = steps.at(-1)
    if (!outcome || !last) continue
    last.outcome = outcome
    if (typeof ms === 'number') last.ms = ms
    if (typeof expectedMs === 'number') last.expectedMs = expectedMs
  }
  const at = (event: string, step: string) =>
    entries.findLast((entry) => entry.event === event && entry.step === step)?.elapsedMs
  const [paused, resumed] = [at('step-begin', 'pause'), at('step-end', 'resume')]
  const epoch = entries.find((entry) => typeof entry['epoch'] === 'number')?.['epoch']
  const servers = entries.find(({ event }) => event === 'servers')
  const text = (key: string) => (begin?.[key] ? { [key]: String(begin[key]) } : {})
  return {
    runbook: String(begin?.['runbook'] ?? '?'),
    ...text('person'),
    ...text('site'),
    execute: begin?.['execute'] !== false,
    ...(begin && { beganAt: begin.at }),
    ...(end && { endedAt: end.at }),
    outcome: end === undefined ? 'unfinished' : end.event === 'run-end' ? 'ended' : 'failed',
    ...(end?.['error'] ? { error: String(end['error']) } : {}),
    ...(typeof epoch === 'number' && { epoch }),
    ...(servers && {
      servers: { source: String(servers['source']), target: String(servers['target']) },
    }),
    steps,
    ...(paused !== undefined &&
      resumed !== undefined && { pauseMs: Math.round((resumed - paused) * 10) / 10 }),
    figures: entries.flatMap(({ event, text }) => (event === 'said' ? [String(text)] : [])),
    chain: {
      entries: entries.length,
      whole: !broken,
      ...(broken && { brokenAt: `line ${broken.line}: ${broken.why}` }),
    },
  }
}
