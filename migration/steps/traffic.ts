import { holdText } from '../front-door/holds.ts'
import { demand, type StepContext } from './step.ts'

/**
 * Where requests go when the database on-premises is fenced: a stack's gates stand in AWS only. Asked again right before
 * the pause, because hours may have passed and the emergency way back waits for nobody.
 */
export async function lookAtTraffic({ lift: { site, frontDoor }, say }: StepContext): Promise<void> {
  if (site.frontDoor.kind === 'none') return
  const hold = await frontDoor.held()
  demand(!hold, hold ? holdText(hold) : '')
  const { onPremises } = await frontDoor.weights()
  if (onPremises === 0) return
  const share = `${onPremises} % of the requests still go on-premises`
  demand(
    site.gate.kind !== 'poolers',
    `${share}, where no gate stands and the fence would refuse them: run shift-traffic to 100 first`,
  )
  say(`${share}: services that do not go through a gate of this site would be refused there`)
}
