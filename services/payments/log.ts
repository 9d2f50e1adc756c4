import { type DestinationStream, pino } from 'pino'
import { isCardNumber, maskCardNumbers } from './card.ts'
import type { Environment } from './environment.ts'

export type Log = ReturnType<typeof createLog>

/** JSON lines on stdout, or on `stream`. Whatever a line holds, a card number does not leave the process in it. */
export function createLog(environment: Pick<Environment, 'SIDE' | 'LOG_LEVEL'>, stream?: DestinationStream) {
  return pino(
    {
      level: environment.LOG_LEVEL,
      base: { service: 'payments', side: environment.SIDE },
      // Not milliseconds: 13 digits may look like a card number to the mask.
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: ['card', '*.card', '*.*.card', 'authorization', '*.*.authorization'],
        censor: '[hidden]',
      },
      hooks: { streamWrite: maskLine },
    },
    stream ?? pino.destination(1),
  )
}

const stringOrNumber = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g

/** Token by token, so that the line stays JSON: a bare number is masked as a string, a fraction is no card. */
function maskLine(line: string): string {
  return line.replace(stringOrNumber, (token) => {
    if (token.startsWith('"')) return maskCardNumbers(token)
    return isCardNumber(token) ? JSON.stringify(maskCardNumbers(token)) : token
  })
}
