import { reaches } from '../../phases.ts'
import type { Change } from './compare.ts'
import type { Position } from './moves.ts'

/** What `decommission` is there to remove, by type; a test compares it with the program. */
export const leaving: Readonly<Record<string, readonly string[]>> = {
  'aws:lb/targetGroup:TargetGroup': ['frontDoor-onPremises'],
  'aws:ec2/vpnGateway:VpnGateway': ['network-link-gateway'],
  'aws:ec2/vpnGatewayAttachment:VpnGatewayAttachment': ['network-link-gateway'],
  'aws:ec2/vpnConnection:VpnConnection': ['network-link-vpn'],
  'aws:ec2/customerGateway:CustomerGateway': ['network-link-onPremises'],
  'aws:directconnect/gatewayAssociation:GatewayAssociation': ['network-link-association'],
  'aws:cloudwatch/metricAlarm:MetricAlarm': ['board-on-premises-errors', 'board-way-back-lag'],
}

interface Move {
  from: Position | undefined
  to: Position | undefined
  illegal?: string | undefined
}

/**
 * Is a change what a move to `decommission`, or within it, is made for? Unprotecting, and then, in a change of its own,
 * removing what was not protected any more. It must still be looked at, but it must not stop the move for ever.
 */
export function isMeant({ from, to, illegal }: Move, { op, type, name, old }: Change): boolean {
  if (illegal || !from || to?.phase !== 'decommission' || !reaches(from.phase, 'cutover')) return false
  if (!leaving[type]?.includes(name)) return false
  return op === 'update' || (op === 'delete' && to.removal === 'remove' && old?.protect === false)
}
