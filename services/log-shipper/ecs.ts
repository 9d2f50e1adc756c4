import { maskCardNumbers, maskJson } from '../logging/card-numbers.ts'
import { logLine } from '../logging/ecs.ts'
import { ecsVersion } from '../logging/line.ts'
import type { LogBatch, LogEvent } from './subscription.ts'

type Fields = Record<string, unknown>

function fieldsOf(message: string): Fields | undefined {
  if (!message.startsWith('{')) return undefined
  try {
    return JSON.parse(maskJson(message)) as Fields
  } catch {
    return undefined
  }
}

/**
 * One log event as a line of the schema. A handler's own line is one already; what Lambda itself writes becomes one. The
 * event's id in CloudWatch goes with both: a line that is sent twice is indexed once.
 */
export function toEcs({ owner, logGroup, logStream }: LogBatch, event: LogEvent): Fields {
  const { id, timestamp } = event
  const message = event.message.trimEnd()
  const found = fieldsOf(message)
  const own = logLine.safeParse(found).data
  const text = found ? JSON.stringify(found) : maskCardNumbers(message)
  return {
    ...(own ?? {
      '@timestamp': new Date(timestamp).toISOString(),
      message: text,
      log: { level: 'info' },
      ecs: { version: ecsVersion },
      service: { name: logGroup.split('/').at(-1) },
    }),
    event: { ...own?.event, id, dataset: 'functions' },
    cloud: { provider: 'aws', account: { id: owner }, service: { name: 'lambda' } },
    aws: { cloudwatch: { log_group: logGroup, log_stream: logStream } },
  }
}
