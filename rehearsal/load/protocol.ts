import { z } from 'zod'
import { loadOptionsSchema } from './options.ts'
import type { WritePause } from './pause.ts'
import type { LoadStep } from './series.ts'
import type { LoadStats } from './stats.ts'

const id = z.int()

/** What the parent asks, a JSON line each on stdin; the end of stdin ends the load generator. */
export const commandSchema = z.discriminatedUnion('command', [
  z.object({ id, command: z.literal('start'), options: loadOptionsSchema }),
  z.object({ id, command: z.literal('stats') }),
  z.object({ id, command: z.literal('series') }),
  z.object({ id, command: z.literal('pauseBetween'), a: z.number(), b: z.number() }),
  z.object({ id, command: z.literal('stop') }),
])

export type Command = z.infer<typeof commandSchema>

export interface Results {
  start: null
  stats: LoadStats
  series: LoadStep[]
  pauseBetween: WritePause
  stop: LoadStats
}

/** A JSON line each on stdout. An answer without `id` says why the load generator cannot go on. */
export type Answer = { id?: number; error: string } | { id: number; result: Results[keyof Results] }
