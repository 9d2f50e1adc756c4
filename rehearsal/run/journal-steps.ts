import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type JournalEntry, readJournal } from '../../migration/journal/journal.ts'
import type { Step, StepOutcome } from '../report/data.ts'

export interface RunbookSteps {
  runbook: string
  steps: RunStep[]
  /** The step that runs now. */
  running?: { step: string; startMs: number }
}

/** `weight`: percent of the cloud side that the step set or watched. */
export type RunStep = Step & { endMs: number; weight?: number }

/** The steps of every run in a journal folder, oldest run first. Moments are milliseconds of the Unix epoch. */
export function readRuns(journal: string): RunbookSteps[] {
  const folder = join(journal, 'runs')
  let names: string[]
  try {
    names = readdirSync(folder).sort()
  } catch {
    return []
  }
  return names.map((name) => stepsOf(readJournal(readFileSync(join(folder, name), 'utf8')).entries))
}

export function stepsOf(entries: JournalEntry[]): RunbookSteps {
  const runbook = String(entries.find((entry) => entry.event === 'run-begin')?.['runbook'] ?? '?')
  const result: RunbookSteps = { runbook, steps: [] }
  let weight: number | undefined
  for (const entry of entries) {
    const atMs = Date.parse(entry.at)
    if (entry.event === 'step-begin') {
      result.running = { step: String(entry.step), startMs: atMs }
      const [argument] = (entry['args'] as unknown[] | undefined) ?? []
      if (typeof argument === 'number') weight = argument
    }
    const outcome = outcomes[entry.event]
    if (!outcome || !result.running) continue
    const { startMs, step } = result.running
    const expectedMs = entry['expectedMs']
    const durationMs = typeof entry['ms'] === 'number' ? entry['ms'] : atMs - startMs
    result.steps.push({
      runbook,
      step,
      startMs,
      endMs: atMs,
      durationMs,
      outcome,
      ...(weight === undefined ? {} : { weight, argument: `${weight} %` }),
      ...(typeof expectedMs === 'number' ? { expectedMs } : {}),
    })
    delete result.running
  }
  return result
}

const outcomes: Record<string, StepOutcome> = { 'step-end': 'done', 'step-failed': 'failed' }
