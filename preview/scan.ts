import { type Waiver, waiverFor } from '../components/waivers.ts'
import type { RecordedResource } from './recorded.ts'
import { terraformName, terraformType } from './terraform-names.ts'

/** A check of checkov that failed, as its JSON report has it. */
export interface FailedCheck {
  check_id: string
  check_name: string
  /** aws_s3_bucket.frontDoor-logs */
  resource: string
}

export interface Verdict {
  /** Failed, and nothing in waivers.ts says why. */
  open: (FailedCheck & { name: string })[]
  waived: { check: FailedCheck; waiver: Waiver }[]
}

/** Failed checks against the waivers that hold on a day. */
export function judge(failed: FailedCheck[], resources: RecordedResource[], today: Date): Verdict {
  const byAddress = new Map(
    resources.map((resource) => [
      `${terraformType(resource.type)}.${terraformName(resource.name)}`,
      resource,
    ]),
  )
  const verdict: Verdict = { open: [], waived: [] }
  for (const check of failed) {
    const resource = byAddress.get(check.resource)
    const waiver = resource && waiverFor(check.check_id, resource, today)
    if (waiver) verdict.waived.push({ check, waiver })
    else verdict.open.push({ ...check, name: resource?.name ?? check.resource })
  }
  return verdict
}
