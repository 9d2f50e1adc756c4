import type { z } from 'zod'
import { nearest } from './nearest.ts'

/** One thing that is wrong with a stack's settings. */
export interface Problem {
  /** Where, as in the stack file: `payments-lift:network.zones[0].cidr`. */
  key: string
  /** What stands there, as JSON; `nothing` when it is missing. */
  got: string
  /** What to write instead. */
  mend: string
}

const longest = 80

export function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value)
  return text.length > longest ? `${text.slice(0, longest)}…` : text
}

/** A path as the stack file writes it. */
export function keyOf(path: readonly PropertyKey[]): string {
  const [first, ...rest] = path
  const tail = rest.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('')
  return `payments-lift:${String(first ?? '')}${tail}`
}

const at = (values: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((value, part) => (value as Record<PropertyKey, unknown> | undefined)?.[part], values)

/** The keys a schema knows at a path, through arrays and unions. */
function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  const definition = schema._zod.def as unknown as {
    type: string
    shape?: Record<string, z.core.$ZodType>
    element?: z.core.$ZodType
    options?: z.core.$ZodType[]
    innerType?: z.core.$ZodType
  }
  const [first, ...rest] = path
  if (definition.innerType) return keysAt(definition.innerType, path)
  if (definition.options) return definition.options.flatMap((option) => keysAt(option, path))
  if (definition.element) return keysAt(definition.element, rest)
  if (!definition.shape) return []
  if (first === undefined) return Object.keys(definition.shape)
  const next = definition.shape[String(first)]
  return next ? keysAt(next, rest) : []
}

type Issue = z.core.$ZodIssue

function problemsOf(issue: Issue, schema: z.core.$ZodType, values: unknown): Problem[] {
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, issue.path)
    return issue.keys.map((key) => {
      const near = nearest(key, known)
      return {
        key: keyOf([...issue.path, key]),
        got: shown(at(values, [...issue.path, key])),
        mend: near ? `unknown key; the nearest known one is ${near}` : 'unknown key; take it out',
      }
    })
  }
  const got = at(values, issue.path)
  const mend = got === undefined ? `missing; ${sentence(issue)}` : sentence(issue)
  return [{ key: keyOf(issue.path), got: shown(got), mend }]
}

/** zod's own words are kept only where the schema gives none. */
function sentence(issue: Issue): string {
  if (issue.code === 'invalid_type' && /^Invalid input/.test(issue.message)) {
    return `write ${/^[aeiou]/.test(issue.expected) ? 'an' : 'a'} ${issue.expected}`
  }
  return issue.message
}

export const problemsFrom = (error: z.ZodError, schema: z.core.$ZodType, values: unknown): Problem[] =>
  error.issues.flatMap((issue) => problemsOf(issue, schema, values))

/** Every problem of a stack's settings at once. Shown to the user without a stack trace. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
  readonly problems: readonly Problem[]

  constructor(stack: string, problems: readonly Problem[]) {
    const lines = problems.map(({ key, got, mend }) => `  ${key}\n      got  ${got}\n      mend ${mend}`)
    const things = problems.length === 1 ? 'one thing' : `${problems.length} things`
    super(`Pulumi.${stack}.yaml: ${things} to mend\n${lines.join('\n')}`)
    this.problems = problems
  }
}
