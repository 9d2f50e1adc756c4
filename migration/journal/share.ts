import type { Store } from '../store/store.ts'

/**
 * Carries the entries of a run to where others see them, in order and behind the run's back: it does not wait for the
 * network, and in the pause must not. One create-only object for those that came together, `runs/RUN/000017.jsonl`
 * named by the first of them; put together in the order of their names they are the journal, line by line.
 */
export interface Sharing {
  add(seq: number, line: string): void
  /** Returns when others can read all that was added. @throws Error when the store does not take it */
  done(): Promise<void>
}

export function shareRun(store: Store, run: string): Sharing {
  let waiting: { seq: number; line: string }[] = []
  /** What is on its way. A failed one is sent again as it was: it may have arrived. */
  let sent: { key: string; text: string } | undefined
  let sending: Promise<void> | undefined

  function next(): typeof sent {
    const [first] = waiting
    if (!first) return undefined
    const text = waiting.map(({ line }) => line).join('')
    waiting = []
    return { key: `runs/${run}/${String(first.seq).padStart(6, '0')}.jsonl`, text }
  }

  async function send(): Promise<void> {
    for (sent ??= next(); sent; sent = next()) {
      if (await store.create(sent.key, sent.text)) continue
      throw new Error(
        `${store.place}/${sent.key} was written by somebody else: this run's journal is only on this machine`,
      )
    }
  }

  function begin(): Promise<void> {
    sending ??= send().finally(() => {
      sending = undefined
    })
    return sending
  }

  return {
    add(seq, line) {
      waiting.push({ seq, line })
      // What fails here is tried again by the next entry, and told by `done`.
      begin().catch(() => {})
    },
    async done() {
      await sending?.catch(() => {})
      await begin()
    },
  }
}
