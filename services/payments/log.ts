import { type DestinationStream, pino } from 'pino'
import { maskJson } from '../logging/card-numbers.ts'
import { ecsVersion, errorFields, eventId, toText } from '../logging/line.ts'
import { TcpSender } from '../logging/tcp-sender.ts'
import type { Environment } from './environment.ts'

export type Log = ReturnType<typeof createLog>

const common = (side: Environment['SIDE']) => ({
  ecs: { version: ecsVersion },
  service: { name: 'payments' },
  labels: { side },
})

/** JSON lines on stdout, or to `stream`. Whatever a line holds, a card number does not leave the process in it. */
export function createLog(environment: Pick<Environment, 'SIDE' | 'LOG_LEVEL'>, stream?: DestinationStream) {
  const hidden = ['card', 'authorization'].flatMap((name) =>
    ['', '*.', '*.*.'].map((above) => `payments.${above}${name}`),
  )
  return pino(
    {
      level: environment.LOG_LEVEL,
      base: common(environment.SIDE),
      messageKey: 'message',
      timestamp: () => `,"@timestamp":"${new Date().toISOString()}"`,
      formatters: { level: (level) => ({ log: { level } }), log: ecsFields },
      // What fastify binds to the lines of a request, see app.ts.
      serializers: { trace: (id: unknown) => (typeof id === 'string' ? { id } : id) },
      redact: { paths: hidden, censor: '[hidden]' },
      hooks: { streamWrite: maskJson },
    },
    stream ?? pino.destination(1),
  )
}

/** Fastify's and our own fields in the schema of all. */
function ecsFields({ err, req, res, responseTime, trace, ...rest }: Record<string, unknown>) {
  const request = req as { method?: string; url?: string } | undefined
  const status = (res as { statusCode?: number } | undefined)?.statusCode
  return {
    event: {
      id: eventId(),
      ...(typeof responseTime === 'number' && { duration: Math.round(responseTime * 1e6) }),
    },
    ...(trace !== undefined && { trace }),
    ...((request?.method || status) && {
      http: {
        ...(request?.method && { request: { method: request.method } }),
        ...(status && { response: { status_code: status } }),
      },
    }),
    ...(request?.url && { url: { path: request.url.split('?', 1)[0] } }),
    ...(err !== undefined && { error: errorFields(err) }),
    ...(Object.keys(rest).length > 0 && { payments: rest }),
  }
}

type SenderEnvironment = Pick<
  Environment,
  'SIDE' | 'LOG_HOST' | 'LOG_PORT' | 'LOG_KEEP_ALIVE_SECONDS' | 'LOG_BUFFERED_LINES'
>

/** What carries the lines to the log pipeline; undefined without LOG_HOST: they go to stdout. */
export function openSender(environment: SenderEnvironment): TcpSender | undefined {
  const { LOG_HOST: host, LOG_PORT: port } = environment
  if (host === undefined || port === undefined) return undefined
  const line = (level: string, message: string, action: string, fields?: object) =>
    toText({
      '@timestamp': new Date().toISOString(),
      log: { level },
      message,
      ...common(environment.SIDE),
      event: { id: eventId(), action },
      ...fields,
    })
  return new TcpSender({
    host,
    port,
    bufferedLines: environment.LOG_BUFFERED_LINES,
    keepAliveMs: environment.LOG_KEEP_ALIVE_SECONDS * 1000,
    counted: (lines) => line('info', 'log lines counted', 'log-lines-counted', { payments: { lines } }),
    trouble: (message) => process.stderr.write(`${line('warn', message, 'log-pipeline-reached')}\n`),
  })
}
