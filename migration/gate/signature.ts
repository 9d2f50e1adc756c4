import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * How runner and route agent know each other: both have a key, and each signs what it says. The nonce binds an answer
 * to its request. No clock takes part; what is sent once more is refused, or harmless, by its token.
 */
export const nonceHeader = 'x-lift-nonce'
export const signatureHeader = 'x-lift-signature'

export const freshNonce = (): string => randomBytes(16).toString('hex')

const sign = (key: string, ...parts: string[]): string =>
  createHmac('sha256', key).update(JSON.stringify(parts)).digest('hex')

export const signRequest = (key: string, nonce: string, method: string, path: string, body: string): string =>
  sign(key, 'request', nonce, method, path, body)

export const signAnswer = (key: string, nonce: string, status: number, body: string): string =>
  sign(key, 'answer', nonce, String(status), body)

export function sameSignature(one: string, other: unknown): boolean {
  if (typeof other !== 'string' || other.length !== one.length) return false
  return timingSafeEqual(Buffer.from(one), Buffer.from(other))
}
