import type { CloudWatchLogsDecode } from '@aws-lambda-powertools/parser/types'
import { maskCardNumbers } from '../payments/card.ts'

type Fields = Record<string, unknown>
type LogEvent = CloudWatchLogsDecode['logEvents'][number]

/** https://www.elastic.co/guide/en/ecs/8.17/index.html */
const ecsVersion = '8.17.0'

function fieldsOf(message: string): Fields | undefined {
  if (!message.startsWith('{')) return undefined
  try {
    return JSON.parse(message) as Fields
  } catch {
    return undefined
  }
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/**
 * One log event as a document of the Elastic Common Schema. The event's id in CloudWatch goes with it: a line that is
 * sent twice is indexed once.
 */
export function toEcs({ owner, logGroup, logStream }: CloudWatchLogsDecode, event: LogEvent): Fields {
  const { id, timestamp, message } = event
  const masked = maskCardNumbers(message.trimEnd())
  const own = fieldsOf(masked)
  return {
    '@timestamp': new Date(timestamp).toISOString(),
    ecs: { version: ecsVersion },
    message: text(own?.message) ?? masked,
    ...(text(own?.level) && { log: { level: String(own?.level).toLowerCase() } }),
    event: { id, dataset: 'functions', ...(own && { original: masked }) },
    cloud: { provider: 'aws', account: { id: owner }, service: { name: 'lambda' } },
    service: { name: text(own?.service) ?? logGroup.split('/').at(-1) },
    ...(text(own?.correlation_id) && { trace: { id: own?.correlation_id } }),
    aws: { cloudwatch: { log_group: logGroup, log_stream: logStream } },
  }
}
