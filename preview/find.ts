import type { RecordedResource, Recording } from './recorded.ts'

/** Ways to find one's way in a recording. */
export interface Found extends Recording {
  /** The one resource of a type with a logical name; throws with the names there are. */
  get(type: string, name: string): RecordedResource
  /** All of a type. */
  all(type: string): RecordedResource[]
}

export function finder<Given extends Recording>(recording: Given): Given & Found {
  const all = (type: string) => recording.resources.filter((resource) => resource.type === type)
  return {
    ...recording,
    all,
    get(type, name) {
      const one = all(type).find((resource) => resource.name === name)
      if (one) return one
      const names = all(type).map((resource) => resource.name)
      throw new Error(`no ${type} ${name}; there are: ${names.join(', ') || 'none of this type'}`)
    },
  }
}
