import type { Store } from '../store/store.ts'

/** Somebody asks a run to stop after its step; up to the decision it then puts everything back. */
export interface StopRequest {
  by: string
  at: string
  reason: string
}

const keyOf = (run: string) => `stops/${run}.json`

export async function askToStop(store: Store, run: string, request: StopRequest): Promise<void> {
  await store.create(keyOf(run), JSON.stringify(request))
}

export async function readStop(store: Store, run: string): Promise<StopRequest | undefined> {
  const text = await store.read(keyOf(run))
  return text === undefined ? undefined : (JSON.parse(text) as StopRequest)
}
