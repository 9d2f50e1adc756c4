import type * as pulumi from '@pulumi/pulumi'

export interface WeightedGroup {
  arn: pulumi.Input<string>
  /** 0 to 999; here percent. */
  weight: number
}

/** The most target groups an ALB forwards to. */
const most = 5

/**
 * The groups a listener forwards to, always in the order on-premises, cloud, others: AWS keeps weights by position,
 * so another order would give one side the weight of the other. Without on-premises, the cloud has it all.
 */
export function forwardTo(
  onPremises: pulumi.Input<string> | undefined,
  cloud: pulumi.Input<string>,
  cloudWeight: number,
  others: WeightedGroup[] = [],
): WeightedGroup[] {
  const groups = [
    ...(onPremises === undefined ? [] : [{ arn: onPremises, weight: 100 - cloudWeight }]),
    { arn: cloud, weight: cloudWeight },
    ...others,
  ]
  if (groups.length > most)
    throw new Error(`a listener forwards to at most ${most} target groups, not ${groups.length}`)
  return groups
}
