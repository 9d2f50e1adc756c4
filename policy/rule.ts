import type { Position } from '../phases.ts'
import type { RecordedResource } from '../preview/recorded.ts'

/** A resource as the rules see it; recorded by the offline preview, or told by Pulumi's engine. */
export type Resource = Pick<
  RecordedResource,
  'urn' | 'type' | 'name' | 'custom' | 'protect' | 'inputs' | 'propertyDependencies'
>

/** What the rules know besides the resources. */
export interface Facts {
  stack: string
  disposable: boolean
  /** Where the stack shall stand; undefined where nobody says. */
  to?: Position | undefined
  /** Where it stands; undefined when that is not known, `none` when it was never deployed. */
  from?: Position | 'none' | undefined
  /** The written reasons for `*` resources, by statement id. */
  reasons: Readonly<Record<string, string>>
  /** Is a file of the project there? */
  exists(file: string): boolean
  /** Size of a bundle of function code; undefined when it is not built. */
  bundleBytes(path: string): number | undefined
  /** Pools and clients that handlers make, each with its place in the source. */
  handlerFaults: readonly { file: string; line: number; says: string }[]
}

export interface Violation {
  /** The resource that breaks the rule; the stack itself when undefined. */
  resource?: Resource | undefined
  /** What is wrong with it: a sentence without the resource's name. */
  says: string
}

/** Something a preview must never let through. */
export interface Rule {
  /** Such as `no-any-action`; a waiver names it. */
  name: string
  /** `mandatory` stops an `up`, `advisory` is said. */
  level: 'mandatory' | 'advisory'
  /** Why: what went wrong elsewhere. */
  lesson: string
  /** What to write instead. */
  mend: string
  check(resources: readonly Resource[], facts: Facts): Violation[]
}
