import { setTimeout as delay } from 'node:timers/promises'
import { type Ask, sumOfPools } from './pgbouncer-console.ts'

/**
 * Waits for a moment in which none of the PgBouncers opens a session; nobody is held meanwhile. `PAUSE` cuts a session
 * that is being opened, and PgBouncer takes that for a refusal: after `RESUME` it answers whoever asks with «server
 * login has been failing», until one has been opened.
 * @returns false when there was no such moment in `timeoutMs`
 */
export async function awaitLogins(asks: Ask[], database: string, timeoutMs: number): Promise<boolean> {
  for (const deadline = performance.now() + timeoutMs; ; ) {
    const logins = await Promise.all(asks.map((ask) => sumOfPools(ask, database, 'sv_login')))
    if (logins.every((count) => count === 0)) return true
    if (performance.now() > deadline) return false
    await delay(1)
  }
}
