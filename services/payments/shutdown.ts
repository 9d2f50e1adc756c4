import { Server } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { createApp } from './app.ts'

/** How long a client may leave a kept connection unused before we close it under its hands. */
const courtesyMs = 1000

/**
 * Stops accepting connections and returns when every request has been answered and every connection has closed.
 * Kept connections are told with their next answer (`connection: close`); one that asks nothing more is closed after
 * a second.
 * @returns false when some were still open after `timeoutMs` and have been cut off
 */
export async function drain(app: ReturnType<typeof createApp>, timeoutMs: number): Promise<boolean> {
  const server = app.server
  const stop = new AbortController()
  // http.Server.close() would close idle connections at once, while the next request may be on its way in them.
  const closed = new Promise<true>((resolve) => Server.prototype.close.call(server, () => resolve(true)))
  const courtesy = delay(courtesyMs, undefined, stop).then(async () => {
    for (;;) {
      server.closeIdleConnections()
      await delay(50, undefined, stop)
    }
  })
  courtesy.catch(() => {}) // stopped
  const drained = await Promise.race([closed, delay(timeoutMs, false as const, stop)])
  stop.abort()
  server.closeAllConnections()
  await app.close()
  return drained
}
