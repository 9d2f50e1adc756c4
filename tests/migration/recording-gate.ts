import { StaleTokenError } from '../../migration/epoch.ts'
import type { GateState, Route, Side, WriteGate } from '../../migration/gate/gate.ts'

/** A gate inside the test, with the protocol's rules: it holds whoever comes, and refuses older tokens. */
export interface RecordingGate extends WriteGate {
  /** Runs `work` against the side the gate is routed to, once it is open. */
  through<T>(work: (side: Side) => Promise<T>): Promise<T>
  acts: string[]
}

export function recordingGate(initial: Route): RecordingGate {
  let token = 0
  let route = initial
  let opening: Promise<void> | undefined
  let release = () => {}
  let inUse = 0
  const acts: string[] = []
  const obey = (mine: number, act: string) => {
    if (mine < token) throw new StaleTokenError('the gate', mine, token)
    token = mine
    acts.push(act)
  }
  const gate: RecordingGate = {
    kind: 'test',
    acts,
    async through(work) {
      while (opening) await opening
      inUse++
      try {
        return await work(route.side)
      } finally {
        inUse--
      }
    },
    async pause(mine) {
      obey(mine, 'pause')
      opening ??= new Promise((resolve) => {
        release = resolve
      })
      while (inUse > 0) await new Promise((resolve) => setImmediate(resolve))
    },
    async route(mine, to) {
      obey(mine, `route ${to.side}`)
      route = to
    },
    async resume(mine) {
      obey(mine, 'resume')
      opening = undefined
      release()
    },
    async send(mine, to) {
      await gate.route(mine, to)
      await gate.resume(mine)
    },
    state: async (): Promise<GateState[]> => [
      { epoch: Math.floor(token / 2), state: opening ? 'paused' : 'open', route: route.side, waiting: 0 },
    ],
    probe: async () => {},
    close: async () => {},
  }
  return gate
}
