import type { Side } from './types.ts'

/** The comparison could not be made; never to be read as «equal». Commands exit with 2. */
export class CannotCompareError extends Error {
  override readonly name = 'CannotCompareError'
}

const connectionLost = /^(08|57P0[123])/

/** One line for what the server or the network said: which side, doing what, why. */
export function cannotCompare(side: Side, doing: string, error: unknown): CannotCompareError {
  if (error instanceof CannotCompareError) return error
  const { code, message } = error as { code?: string; message?: string }
  const said = (message ?? String(error)).split('\n', 1)[0]
  return new CannotCompareError(`${side}: ${doing}: ${said}${mend(code, message)}`, { cause: error })
}

function mend(code = '', message = ''): string {
  if (code === '42501') return '; grant SELECT on it to the role that verifies'
  if (code === '55P03')
    return '; somebody holds a strong lock on it: end that session or wait, then run again'
  if (code === '57014') return '; a time-out or somebody cancelled the query: run again'
  if (code === '28P01' || code === '28000') return '; check user and password of this side’s URL'
  if (code === '3D000') return '; check the database’s name in this side’s URL'
  if (code === '40001') return '; on a standby, raise max_standby_streaming_delay or verify the primary'
  if (code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'ETIMEDOUT')
    return '; check host and port of this side’s URL'
  if (
    connectionLost.test(code) ||
    code === 'ECONNRESET' ||
    /terminated|timeout expired|not queryable/i.test(message)
  )
    return '; the connection was cut: run again (with a journal it goes on where it was)'
  return ''
}
