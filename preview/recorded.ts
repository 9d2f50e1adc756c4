import type { Inputs } from './values.ts'

/** A resource as the program registered it. */
export interface RecordedResource {
  urn: string
  type: string
  name: string
  /** URN of the parent; empty for the stack itself. */
  parent: string
  /** False for components. */
  custom: boolean
  protect: boolean
  ignoreChanges: string[]
  /** URNs, of `dependsOn` and of every resource whose outputs the inputs use. */
  dependencies: string[]
  /** URNs by input. */
  propertyDependencies: Record<string, string[]>
  /** Former URNs or names. */
  aliases: string[]
  deleteBeforeReplace: boolean
  replaceOnChanges: string[]
  retainOnDelete: boolean
  additionalSecretOutputs: string[]
  customTimeouts: { create: string; update: string; delete: string }
  /** Plain JSON; secrets masked, values that only AWS can tell as `<unknown>`. */
  inputs: Inputs
}

/** What a run of a program registered. */
export interface Recording {
  resources: RecordedResource[]
  /** What the stack exports. */
  outputs: Inputs
  /** What each component said it makes, by URN. */
  componentOutputs: Record<string, Inputs>
  /** Warnings that the program or a provider logged. */
  warnings: string[]
}
