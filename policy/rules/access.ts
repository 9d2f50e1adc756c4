import { principalsOf } from '../../preview/rights.ts'
import { grantsOf } from '../find.ts'
import type { Rule } from '../rule.ts'

const anyAction: Rule = {
  name: 'no-any-action',
  level: 'mandatory',
  lesson:
    'Least privilege: a role with s3:* may delete what it was meant to read, and whoever takes it may too.',
  mend: 'Name the actions that are called.',
  check: (resources) =>
    resources.flatMap((resource) =>
      grantsOf(resource)
        .filter(({ allow }) => allow)
        .flatMap(({ sid, actions, notActions }) => {
          const wide = actions.filter((action) => /^\*$|:\*$/.test(action))
          // The boundary of all roles is one, and it grants nothing by itself.
          const open = notActions.length > 0 && resource.type !== 'aws:iam/policy:Policy'
          return wide.length > 0 || open
            ? [
                {
                  resource,
                  says: `${sid || 'a statement'} allows ${wide[0] ?? `all but ${notActions.join(', ')}`}`,
                },
              ]
            : []
        }),
    ),
}

const anyResource: Rule = {
  name: 'no-any-resource-without-reason',
  level: 'mandatory',
  lesson:
    'Least privilege: a * that somebody wrote to get on stays for years; only a written reason can be reviewed.',
  mend: "Name the ARNs, or write resources: anyResource('why nothing narrower will do').",
  check: (resources, { reasons }) =>
    resources.flatMap((resource) =>
      grantsOf(resource)
        .filter(({ allow, resources: on, sid }) => allow && on.includes('*') && !reasons[sid])
        .map(({ sid, actions }) => ({
          resource,
          says: `${sid || 'a statement'} allows ${actions.slice(0, 3).join(', ')} on every resource, and no reason is written`,
        })),
    ),
}

/** Conditions that tie a grant to somebody. */
const ties = /aws:(Source|Principal)(Arn|Account|Org|Vpc)|kms:CallerAccount/i

const publicGrant: Rule = {
  name: 'no-public-grant',
  level: 'mandatory',
  lesson: 'A bucket, queue or key whose policy names everybody is read by everybody.',
  mend: 'Name the principals, or add a condition on the account or the network.',
  check: (resources) =>
    resources.flatMap((resource) =>
      grantsOf(resource)
        .filter(({ allow, principal, condition }) => {
          const everybody = principalsOf(principal).includes('*')
          return allow && everybody && !ties.test(JSON.stringify(condition ?? ''))
        })
        .map(({ sid, actions }) => ({
          resource,
          says: `${sid || 'a statement'} allows everybody ${actions.slice(0, 3).join(', ')}`,
        })),
    ),
}

export const accessRules: Rule[] = [anyAction, anyResource, publicGrant]
