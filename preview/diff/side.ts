import type { Phase, Removal } from '../../phases.ts'
import type { RecordedResource } from '../recorded.ts'
import { type Json, unknown } from '../values.ts'

/** Where a stack shall stand when it is recorded; what is left out is as in its settings. */
export interface Stand {
  stack: string
  phase?: Phase | undefined
  /** Percent to the cloud. */
  weight?: number | undefined
  /** The position deployed before; `none`: never deployed. */
  fromPhase?: Phase | 'none' | undefined
  fromWeight?: number | undefined
  fromRemoval?: Removal | undefined
}

/** One side of a comparison: what a program registers for a stack. */
export interface Side {
  stack: string
  /** The AWS account it stands in. */
  accountId: string
  phase: Phase
  weight: number
  removal: Removal
  disposable: boolean
  resources: RecordedResource[]
  /** The written reasons for `*` resources, by statement id. */
  reasons: Record<string, string>
}

/** A side, or the program's own words why it would not run. */
export type Attempt = { side: Side; refused?: undefined } | { refused: string; side?: undefined }

/** How many values of a side only AWS can tell. */
export function unknownsOf({ resources }: Pick<Side, 'resources'>): number {
  let count = 0
  const walk = (value: Json | undefined): void => {
    if (typeof value === 'string') count += value.split(unknown).length - 1
    else if (Array.isArray(value)) value.forEach(walk)
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(walk)
  }
  for (const { inputs } of resources) walk(inputs)
  return count
}
