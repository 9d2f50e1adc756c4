import { project } from '../settings.ts'

export const stackType = 'pulumi:pulumi:Stack'

const partsOf = (urn: string) => urn.split('::')

/** A resource's URN as the engine makes it: stack, project, the types of its ancestors, its type and its name. */
export function urnOf(stack: string, type: string, name: string, parent: string): string {
  const ancestors = parent ? partsOf(parent)[2]! : stackType
  const qualified = ancestors === stackType ? type : `${ancestors}$${type}`
  return `urn:pulumi:${stack}::${project}::${qualified}::${name}`
}

export const nameOfUrn = (urn: string): string => partsOf(urn).slice(3).join('::')
