/** A check that fails here on purpose. It stands in code, with its reason, and it ends. */
export interface Waiver {
  /** The rule as its checker names it, such as `CKV_AWS_145`. */
  rule: string
  /** The logical name of the one resource it is for, such as `frontDoor-logs`. */
  resource: string
  /** Why AWS or the design leaves no other way; a sentence. */
  reason: string
  /** Who answers for it: a team. */
  owner: string
  /** The last day it holds, yyyy-mm-dd; then the check fails again and somebody looks. */
  expires: string
}

const waivers: Waiver[] = [
  {
    rule: 'CKV_AWS_145',
    resource: 'frontDoor-logs',
    reason: 'An ALB delivers its access logs only to a bucket encrypted with SSE-S3; it refuses KMS keys.',
    owner: 'payments-platform',
    expires: '2027-12-31',
  },
]

/** The waiver that holds for a rule and a resource on a day, if there is one. */
export const waiverFor = (rule: string, resource: string, today: Date): Waiver | undefined =>
  waivers.find(
    (waiver) =>
      waiver.rule === rule &&
      waiver.resource === resource &&
      today.toISOString().slice(0, 10) <= waiver.expires,
  )

export const allWaivers = (): readonly Waiver[] => waivers
