/** Makes one result of the events that Pulumi's engine reports during a run. */

/** What the engine did, or would do, with one resource. */
export interface Step {
  urn: string
  type: string
  /** The logical name. */
  name: string
  /** `same`, `create`, `update`, `replace`, `delete`, `create-replacement`, `delete-replaced`, `read`, … */
  op: string
  /** Inputs that force a replacement. */
  replaceKeys: string[]
  /** Paths that differ, for example `defaultActions[0].forward.targetGroups[1].weight`. */
  diff: string[]
}

export interface RunResult {
  ok: boolean
  /** In the order the engine took them, without the stack itself. */
  steps: Step[]
  /** The steps that change something. */
  changes: Step[]
  /** Each with the logical name of its resource in front, where it has one. */
  errors: string[]
  warnings: string[]
}

interface StepMetadata {
  op: string
  urn: string
  type: string
  keys?: string[] | null
  diffs?: string[] | null
  detailedDiff?: Record<string, unknown> | null
}

/** The part of an engine event that is read here; the same in the event log and in the Automation API. */
export interface EngineEvent {
  resourcePreEvent?: { metadata: StepMetadata }
  diagnosticEvent?: { urn?: string; message: string; severity: string }
}

const unchanging = new Set(['same', 'read', 'refresh'])
const nameOf = (urn: string): string => urn.split('::').slice(3).join('::')

const stepOf = ({ op, urn, type, keys, diffs, detailedDiff }: StepMetadata): Step => ({
  urn,
  type,
  name: nameOf(urn),
  op,
  replaceKeys: keys ?? [],
  diff: Object.keys(detailedDiff ?? {}).length > 0 ? Object.keys(detailedDiff!) : (diffs ?? []),
})

/** `failure` is the message of a run that did not succeed. */
export const resultOf = (events: EngineEvent[], failure: string | undefined): RunResult => {
  const steps = events
    .flatMap((event) => event.resourcePreEvent?.metadata ?? [])
    .filter(({ type }) => type !== 'pulumi:pulumi:Stack' && !type.startsWith('pulumi:providers:'))
    .map(stepOf)
  const told = (severity: string) =>
    events
      .flatMap((event) => event.diagnosticEvent ?? [])
      .filter((d) => d.severity === severity && d.message.trim() !== '')
      .map((d) => `${d.urn ? `${nameOf(d.urn)}: ` : ''}${d.message.trim()}`)
  const errors = told('error')
  return {
    ok: failure === undefined,
    steps,
    changes: steps.filter(({ op }) => !unchanging.has(op)),
    errors: failure !== undefined && errors.length === 0 ? [failure] : errors,
    warnings: told('warning'),
  }
}
