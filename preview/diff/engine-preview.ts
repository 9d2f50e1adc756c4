import type { Phase } from '../../phases.ts'
import type { RecordedResource } from '../recorded.ts'
import { nameOfUrn, stackType } from '../urn.ts'
import { type Inputs, type Json, masked, unknown } from '../values.ts'
import type { Change, Comparison } from './compare.ts'
import { componentsOf } from './compare.ts'
import { isRevision } from './kinds.ts'
import { differences, isRebuild, type PropertyChange } from './properties.ts'
import type { Side } from './side.ts'

/** What `pulumi preview --json --show-sames` writes; the parts that are read here. */
interface EngineState {
  type: string
  inputs?: Inputs
  outputs?: Inputs
  parent?: string
  custom?: boolean
  protect?: boolean
  dependencies?: string[] | null
  propertyDependencies?: Record<string, string[] | null> | null
}
interface EngineStep {
  op: string
  urn: string
  oldState?: EngineState
  newState?: EngineState
  replaceReasons?: string[] | null
  detailedDiff?: Record<string, { kind: string }> | null
}
export interface EnginePreview {
  /** The stack's settings: where it shall stand. */
  config?: Record<string, string> | null
  steps?: EngineStep[]
  diagnostics?: { message?: string; severity?: string }[]
}

/** A file that `pulumi preview --json` did not write. Shown without a stack trace. */
export class PreviewFileError extends Error {
  override readonly name = 'PreviewFileError'
}

export interface EngineComparison {
  stack: string
  base: Side
  head: Side
  comparison: Comparison
  /** Errors that ended the preview. */
  errors: string[]
}

const secretMark = '[secret]'
const unknownMark =
  /04da6b54-80e4-46f7-96ec-b56ff0331ba9|6a19a0b0-7e62-4c92-b797-7f8e31da9cc2|e48ece36-62e2-4504-bad9-02848725956a|output<[^>]+>/g

/** Values as the recorder writes them: unknown ones and secrets marked, assets by their path. */
function plain(value: Json): Json {
  if (typeof value === 'string') return value === secretMark ? masked : value.replace(unknownMark, unknown)
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  if ('4dabf18193072939515e22adb298388d' in value) {
    const { '4dabf18193072939515e22adb298388d': kind, hash: _, ...rest } = value
    return kind === '1b47061264138c4ac30d75fd1eb44270' ? masked : { asset: plain(rest) }
  }
  return fields(value)
}

const fields = (inputs: Inputs): Inputs =>
  Object.fromEntries(
    Object.entries(inputs)
      .filter(([key, value]) => !key.startsWith('__') && value !== null)
      .map(([key, value]) => [key, plain(value)]),
  )

const resourceOf = (urn: string, state: EngineState): RecordedResource => ({
  urn,
  type: state.type,
  name: nameOfUrn(urn),
  parent: state.parent ?? '',
  custom: state.custom ?? false,
  protect: state.protect ?? false,
  ignoreChanges: [],
  dependencies: state.dependencies ?? [],
  propertyDependencies: Object.fromEntries(
    Object.entries(state.propertyDependencies ?? {}).map(([key, urns]) => [key, urns ?? []]),
  ),
  aliases: [],
  deleteBeforeReplace: false,
  replaceOnChanges: [],
  retainOnDelete: false,
  additionalSecretOutputs: [],
  customTimeouts: { create: '', update: '', delete: '' },
  inputs: fields(state.inputs ?? {}),
})

/** What the real engine says it would do, as the two sides and the changes between them. */
export function readEnginePreview(text: string): EngineComparison {
  let preview: EnginePreview
  try {
    preview = JSON.parse(text) as EnginePreview
  } catch {
    throw new PreviewFileError('the file is not JSON; write it with pulumi preview --json --show-sames')
  }
  const steps = preview.steps
  if (!Array.isArray(steps))
    throw new PreviewFileError('the file has no steps; write it with pulumi preview --json --show-sames')
  const errors = (preview.diagnostics ?? [])
    .filter(({ severity }) => severity === 'error')
    .map(({ message }) => String(message).trim())
  const olds = steps.flatMap(({ urn, oldState, op }) =>
    oldState && op !== 'create' ? [resourceOf(urn, oldState)] : [],
  )
  const news = steps.flatMap(({ urn, newState, op }) =>
    newState && op !== 'delete' ? [resourceOf(urn, newState)] : [],
  )
  const once = (list: RecordedResource[]) => [...new Map(list.map((each) => [each.urn, each])).values()]
  const [before, after] = [once(olds), once(news)]
  const stack = steps[0]?.urn.split('::')[0]?.replace('urn:pulumi:', '') ?? ''
  const top = steps.find(({ urn }) => urn.split('::')[2] === stackType)
  return {
    stack,
    base: sideOf(stack, before, top?.oldState?.outputs),
    // The engine tells a preview before the program has given its outputs; where it goes stands in the settings.
    head: sideOf(stack, after, askedFor(preview.config) ?? top?.newState?.outputs ?? top?.oldState?.outputs),
    comparison: comparisonOf(steps, before, after),
    errors,
  }
}

/** Account, phase, weight, removal and whether all may be destroyed, as settings have them. */
function askedFor(config: EnginePreview['config']): Inputs | undefined {
  const settings = Object.fromEntries(
    ['phase', 'weight', 'removal', 'disposable'].map((key) => [
      key,
      config?.[`payments-lift:${key}`] ?? null,
    ]),
  )
  const [accountId = ''] = config?.['aws:allowedAccountIds']?.match(/\d{12}/) ?? []
  return settings.phase ? { ...settings, accountId } : undefined
}

function sideOf(stack: string, resources: RecordedResource[], outputs: Inputs = {}): Side {
  return {
    stack,
    accountId: String(outputs.accountId ?? ''),
    phase: (outputs.phase as Phase) ?? 'foundation',
    weight: Number(outputs.weight ?? 0),
    removal: outputs.removal === 'remove' ? 'remove' : 'unprotect',
    // What is deployed does not say it: a stack that is kept protects something.
    disposable: outputs.disposable
      ? outputs.disposable === 'true'
      : resources.length > 0 && !resources.some(({ protect }) => protect),
    resources,
    reasons: {},
  }
}

const ops: Record<string, Change['op']> = {
  create: 'create',
  update: 'update',
  replace: 'replace',
  delete: 'delete',
}

/** The engine's word on what is replaced; old and new values from the states. */
function comparisonOf(
  steps: EngineStep[],
  before: RecordedResource[],
  after: RecordedResource[],
): Comparison {
  const [olds, news] = [before, after].map((list) => new Map(list.map((each) => [each.urn, each])))
  const components = { ...componentsOf(before), ...componentsOf(after) }
  const rebuilt: string[] = []
  const changes = steps.flatMap((step): Change[] => {
    const [old, now] = [olds!.get(step.urn), news!.get(step.urn)]
    // The engine takes a change of protection for none.
    const unprotected = step.op === 'same' && old?.protect !== now?.protect
    const op = unprotected ? 'update' : ops[step.op]
    const resource = now ?? old
    if (!op || !resource?.custom || /^pulumi:/.test(resource.type)) return []
    const properties = op === 'update' || op === 'replace' ? propertiesOf(step, old!, now!) : []
    const real = properties.filter((each) => !isRebuild(each))
    if (properties.length > 0 && real.length === 0) {
      rebuilt.push(resource.name)
      return []
    }
    // Nothing but the order of a set, or what the provider adds by itself.
    if (op === 'update' && real.length === 0 && old!.protect === now!.protect) return []
    const { urn, type, name } = resource
    return [
      {
        op,
        urn,
        type,
        name,
        component: components[urn] ?? name,
        properties: real,
        old: op === 'create' ? undefined : old,
        now: op === 'delete' ? undefined : now,
        revision: op === 'replace' && isRevision(type),
      },
    ]
  })
  return { changes: changes.filter(({ op, urn }) => op !== 'delete' || !news!.has(urn)), rebuilt }
}

function propertiesOf(
  { replaceReasons, detailedDiff }: EngineStep,
  old: RecordedResource,
  now: RecordedResource,
): PropertyChange[] {
  const forcing = new Set(replaceReasons ?? [])
  const top = (path: string) => path.split(/[.[]/)[0]!
  const found = differences(old.inputs, now.inputs).map((each) => ({
    ...each,
    replaces: forcing.has(top(each.path)),
  }))
  const told = new Set(found.map(({ path }) => top(path)))
  const others = [...new Set(Object.keys(detailedDiff ?? {}).map(top))]
    .filter((path) => !told.has(path) && !path.startsWith('__') && forcing.has(path))
    .map((path) => ({ path, old: unknown as Json, now: unknown as Json, replaces: true }))
  return [...found, ...others].sort((a, b) => Number(b.replaces) - Number(a.replaces))
}
