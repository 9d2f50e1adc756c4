import { LogFormatter, Logger, LogItem } from '@aws-lambda-powertools/logger'
import type { LogAttributes, UnformattedAttributes } from '@aws-lambda-powertools/logger/types'
import { ecsVersion, errorFields, eventId, toText } from './line.ts'

/** Powertools' lines in the schema of all, card numbers masked before they leave the process. */
class EcsFormatter extends LogFormatter {
  override formatAttributes(
    base: UnformattedAttributes,
    { error, correlation_id, ...rest }: LogAttributes,
  ): LogItem {
    const { lambdaContext: lambda, xRayTraceId } = base
    const level = base.logLevel.toLowerCase()
    const trace = correlation_id ?? xRayTraceId
    const line = {
      '@timestamp': base.timestamp.toISOString(),
      log: { level: level === 'critical' ? 'fatal' : level },
      message: base.message,
      ecs: { version: ecsVersion },
      service: { name: base.serviceName },
      event: { id: eventId() },
      ...(trace ? { trace: { id: String(trace) } } : {}),
      ...(lambda && {
        faas: {
          name: lambda.functionName,
          version: lambda.functionVersion,
          execution: lambda.awsRequestId,
          coldstart: lambda.coldStart,
        },
      }),
      ...(error ? { error: errorFields(error) } : {}),
      ...(Object.keys(rest).length > 0 && { payments: rest }),
    }
    return new LogItem({ attributes: JSON.parse(toText(line)) })
  }
}

type LogLevel = 'DEBUG' | 'INFO' | 'WARN' | 'ERROR'

export const createLogger = (serviceName: string, logLevel?: LogLevel): Logger =>
  new Logger({ serviceName, logFormatter: new EcsFormatter(), ...(logLevel && { logLevel }) })
