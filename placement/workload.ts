import { LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'

const positive = (what: string, most = 1e12) =>
  z
    .number({ error: `write ${what}` })
    .positive(`write ${what}, above 0`)
    .max(most, `write ${what}, at most ${most}`)

const schema = z
  .strictObject({
    /** Mean over the month. */
    requestsPerSecond: positive('the requests a second, as a number', 1e6),
    /** In a burst; containers are sized for it. Default: the mean. */
    peakRequestsPerSecond: positive('the requests a second of a burst, as a number', 1e6).optional(),
    /** Mean time a request takes, ms. */
    durationMs: positive('the mean duration in ms', 1e9),
    /** Processor time a request takes, ms. Default: all that a function of this memory is given in `durationMs`. */
    cpuMs: positive('the processor time in ms', 1e9).optional(),
    /** Of a function; also of one container, where requests share it. */
    memoryMb: positive('the memory in MB', 1e7),
    /** Whether clients stay connected: WebSocket, streaming, a subscription. */
    longConnections: z.boolean({ error: 'write true or false' }).default(false),
    imageMb: positive('the size of the image or bundle in MB', 1e6).default(50),
    /** Whether it needs the machine itself: a device, the host's network or files, a daemon beside others. */
    hostAccess: z.boolean({ error: 'write true or false' }).default(false),
    architecture: z.enum(['x86_64', 'arm64'], { error: 'write x86_64 or arm64' }).default('arm64'),
  })
  .refine(
    ({ requestsPerSecond, peakRequestsPerSecond = requestsPerSecond }) =>
      peakRequestsPerSecond >= requestsPerSecond,
    {
      path: ['peakRequestsPerSecond'],
      error: 'a burst is not less than the mean; write at least requestsPerSecond',
    },
  )

export type Workload = z.infer<typeof schema>
export type WorkloadName = string

/** A mistake in the file: every problem with file, line, key and mend. */
export class WorkloadError extends Error {}

/** Workloads by name, from YAML such as `workloads: { webhooks: { requestsPerSecond: 20, … } }`. */
export function parseWorkloads(text: string, file: string): Map<WorkloadName, Workload> {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const at = (offset: number) => `${file}:${lines.linePos(offset).line}`
  if (document.errors.length > 0)
    throw new WorkloadError(document.errors.map(({ pos, message }) => `${at(pos[0])}: ${message}`).join('\n'))
  const found = z
    .strictObject(
      { workloads: z.record(z.string(), schema) },
      { error: 'begin with workloads:, then a name each' },
    )
    .safeParse(document.toJS())
  if (!found.success)
    throw new WorkloadError(
      found.error.issues.map((issue) => `${where(issue.path)}: ${keyOf(issue)}${issue.message}`).join('\n'),
    )
  const workloads = new Map(Object.entries(found.data.workloads))
  if (workloads.size === 0) throw new WorkloadError(`${file}: no workload below workloads:`)
  return workloads

  /** The line of a key, or of the nearest thing around it that is there. */
  function where(path: readonly PropertyKey[]): string {
    for (let length = path.length; length > 0; length--) {
      const node = document.getIn(path.slice(0, length) as string[], true) as { range?: [number] } | undefined
      if (node?.range) return at(node.range[0])
    }
    return `${file}:1`
  }
}

const keyOf = ({ path }: z.core.$ZodIssue): string =>
  path.length === 0 ? '' : `${path.slice(1).join('.') || 'workloads'}: `
