import { eventbridgeSchedules } from '../aws/schedules.ts'
import type { Site } from '../site.ts'
import { deskStore } from '../store/open.ts'
import { type HeldSchedules, heldSchedules } from './held.ts'
import { noSchedules } from './schedules.ts'

/** The schedules that the site names, and what the lift holds of them. */
export const schedulesOf = (site: Site): HeldSchedules =>
  site.schedules.kind === 'none'
    ? heldSchedules(noSchedules, deskStore(site))
    : heldSchedules(eventbridgeSchedules(site.schedules.schedules, site.schedules.region), deskStore(site))
