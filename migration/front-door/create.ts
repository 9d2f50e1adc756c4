import type { Site } from '../site.ts'
import type { FrontDoor } from './front-door.ts'
import { localFrontDoor } from './local.ts'

/** The front door that the site file names. */
export function createFrontDoor(site: Site): FrontDoor {
  return site.frontDoor.kind === 'local' ? localFrontDoor(site.frontDoor.admin) : noFrontDoor()
}

function noFrontDoor(): FrontDoor {
  const missing = async (): Promise<never> => {
    throw new Error(
      'this site has no front door: say in the site file which one splits the requests (frontDoor: …)',
    )
  }
  return { kind: 'none', weights: missing, setWeights: missing, metrics: missing, close: async () => {} }
}
