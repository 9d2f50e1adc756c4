import type { Logger } from '@aws-lambda-powertools/logger'
import { Database } from '../payments/database.ts'

/** How long a statement may wait while the gate is paused or the database away, in ms. */
const deadlineMs = 15_000
/** Of one try: a batch may wait for a capture or a refund of a payment of its own. */
const attemptTimeoutMs = 10_000

/**
 * The one connection of a function instance, through the pooler. Called at module scope only (lint/handler-scope.ts),
 * so that it outlives invocations and there are never more connections than instances.
 */
export const openDatabase = (
  url: string,
  logger: Pick<Logger, 'warn'>,
  options: { deadlineMs?: number } = {},
): Database =>
  // handler-scope: the rule watches those who call openDatabase
  new Database({
    url,
    poolSize: 1,
    deadlineMs,
    attemptTimeoutMs,
    ...options,
    log: { warn: (message: unknown) => logger.warn(String(message)), debug: () => {} },
  })
