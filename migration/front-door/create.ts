import type { Site } from '../site.ts'
import { deskStore } from '../store/open.ts'
import { albFrontDoor } from './alb.ts'
import type { FrontDoor } from './front-door.ts'
import { storedHolds } from './holds.ts'
import { localFrontDoor } from './local.ts'

/** The front door that the site file names. */
export function createFrontDoor(site: Site): FrontDoor {
  switch (site.frontDoor.kind) {
    case 'local':
      return localFrontDoor(site.frontDoor.admin, storedHolds(deskStore(site)))
    case 'alb':
      return albFrontDoor(site.frontDoor)
    case 'none':
      return noFrontDoor()
  }
}

function noFrontDoor(): FrontDoor {
  const missing = async (): Promise<never> => {
    throw new Error(
      'this site has no front door: say in the site file which one splits the requests (frontDoor: …)',
    )
  }
  return {
    kind: 'none',
    weights: missing,
    setWeights: missing,
    fallBack: missing,
    held: missing,
    release: missing,
    metrics: missing,
    alarms: missing,
    close: async () => {},
  }
}
