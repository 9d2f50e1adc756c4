/** IAM (user guide, «OpenID Connect federation»). */

import { isKnown, object, objects, type Rule, refuseIf, strings } from './rule.ts'

const github = 'token.actions.githubusercontent.com'

/** IAM refuses to trust GitHub's tokens without a condition on who they are for; a pattern would let others in. */
const githubTrust: Rule = ({ assumeRolePolicy }) => {
  if (typeof assumeRolePolicy !== 'string' || !isKnown(assumeRolePolicy)) return []
  let policy: ReturnType<typeof object>
  try {
    policy = object(JSON.parse(assumeRolePolicy))
  } catch {
    return []
  }
  return objects([policy.Statement ?? null].flat()).flatMap((statement) => {
    const who = object(statement.Principal).Federated ?? null
    if (!strings([who].flat()).some((arn) => arn.endsWith(`/${github}`))) return []
    const { [`${github}:sub`]: subject, [`${github}:aud`]: audience } = object(
      object(statement.Condition).StringEquals,
    )
    return [
      ...refuseIf(
        typeof subject !== 'string' || !/^repo:[\w.-]+\/[\w.-]+:environment:[\w.-]+$/.test(subject),
        'assumeRolePolicy',
        `StringEquals ${github}:sub must be one repo:OWNER/NAME:environment:NAME; is ${JSON.stringify(subject)}`,
      ),
      ...refuseIf(
        audience !== 'sts.amazonaws.com',
        'assumeRolePolicy',
        `StringEquals ${github}:aud must be sts.amazonaws.com`,
      ),
    ]
  })
}

export const identity: Record<string, Rule[]> = { 'aws:iam/role:Role': [githubTrust] }
