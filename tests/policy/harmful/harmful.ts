import type { ProposedChange } from '../change.ts'

/** A change that must be called out, and the words that the first screen must have: what happens, and its cause. */
export interface Harmful extends ProposedChange {
  calls: RegExp[]
}

export const cutover = { phase: 'cutover', weight: 100 } as const
export const replicate = { phase: 'replicate', weight: 0 } as const
export const canary = { phase: 'canary', weight: 1 } as const
