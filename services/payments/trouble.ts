/**
 * Why a statement has no outcome that we know of, though the same one may have one later.
 * `unreachable`: the server or the pooler refuses or breaks connections; `fenced`: it is not the system of record
 * any more, or not yet; `silent`: no answer in time, on this connection; `beaten`: by a concurrent transaction.
 * The first two concern everybody, the others one statement.
 */
export type Trouble = 'unreachable' | 'fenced' | 'silent' | 'beaten'

const byState: Record<string, Trouble> = {
  LF001: 'fenced', // the lift's fence
  '25006': 'unreachable', // read-only: a writer that became a standby
  '28000': 'unreachable', // the role may not log in: the fence took LOGIN
  '53300': 'unreachable', // too many connections
  '57P01': 'unreachable', // administrator command
  '57P02': 'unreachable', // crash shutdown
  '57P03': 'unreachable', // starting up or shutting down
  '57P05': 'unreachable', // idle session ended
  '40001': 'beaten', // serialization failure
  '40P01': 'beaten', // deadlock
  '55P03': 'beaten', // lock not available in time
}

const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
])

/** node-postgres gives these no code. The last two are PgBouncer's own words, under whatever code it chose. */
const words =
  /^Connection terminated|^timeout exceeded when trying to connect|is not queryable|^Client was closed|^Cannot use a pool after calling end|server login failed|pgbouncer cannot connect/i

/** `undefined`: an error of the statement itself; repeating it would give the same. */
export function troubleOf(error: unknown): Trouble | undefined {
  if (!(error instanceof Error)) return undefined
  const code = (error as { code?: unknown }).code
  if (typeof code === 'string') {
    if (byState[code]) return byState[code]
    // Connection exceptions; PgBouncer reports nearly everything as 08P01.
    if (code.startsWith('08') || networkCodes.has(code)) return 'unreachable'
  }
  if (error.message === 'Query read timeout') return 'silent'
  return words.test(error.message) ? 'unreachable' : undefined
}
