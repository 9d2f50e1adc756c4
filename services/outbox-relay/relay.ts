import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from '@aws-lambda-powertools/logger'
import type pg from 'pg'
import { inPart, partsWithWork } from './outbox.ts'
import { type PublishOptions, publish } from './publish.ts'

export interface RelayOptions extends PublishOptions {
  pool: pg.Pool
  logger: Pick<Logger, 'info' | 'warn'>
}

/** In one log line; the others have the same reasons. */
const mostFailures = 20

/**
 * Publishes what is in the outbox, once: every part that no other relay is at. An event is marked after SQS has taken
 * it, so a crash between the two publishes it twice, with the same id.
 * @returns how many events were published
 */
export async function relayOnce({ pool, logger, ...options }: RelayOptions): Promise<number> {
  let total = 0
  const failures: string[] = []
  for (const part of await partsWithWork(pool)) {
    const count = await inPart(pool, part, async ({ rows, endsAt, published }) => {
      if (rows.length === 0) return 0
      const { done, failures: some } = await publish(rows, options, endsAt)
      if (done.length > 0) await published(done)
      failures.push(...some)
      return done.length
    })
    total += count ?? 0
  }
  if (failures.length > 0)
    logger.warn('events not published yet', {
      count: failures.length,
      failures: failures.slice(0, mostFailures),
    })
  return total
}

const idleMs = { least: 50, most: 1000 }

export interface Loop {
  /** When it last went through the outbox, in ms of `performance.now()`, whether it could or not. */
  turnedAt(): number
  /** Resolves when the pass under way is done. */
  stop(): Promise<void>
}

/** Relays until stopped: at once while there is something, ever more slowly up to a second while there is not. */
export function startRelay(options: RelayOptions): Loop {
  const { logger } = options
  const stopping = new AbortController()
  let turned = performance.now()
  let away = false
  const run = async () => {
    for (let wait = idleMs.least; !stopping.signal.aborted; ) {
      let published = 0
      try {
        published = await relayOnce(options)
        if (away) logger.info('events are published again')
        away = false
      } catch (error) {
        if (!away) logger.warn('events wait', { reason: (error as Error).message })
        away = true
      }
      turned = performance.now()
      wait = published > 0 ? idleMs.least : Math.min(idleMs.most, wait * 2)
      if (published === 0) await delay(wait, undefined, stopping).catch(() => {}) // stopped
    }
  }
  const running = run()
  return {
    turnedAt: () => turned,
    async stop() {
      stopping.abort()
      await running
    },
  }
}
