// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are texts of sources.
import { cutover, type Harmful } from './harmful.ts'

/** What roles gain, and who gets at buckets. */
export const rights: Harmful[] = [
  {
    title: 'an action widened to *',
    edits: [['components/settlement-files.ts', "actions: ['s3:GetObjectVersion']", "actions: ['s3:*']"]],
    at: cutover,
    calls: [/does not run.*ReadSource.*s3:/],
  },
  {
    title: 'an action widened to * past the check',
    edits: [
      ['components/settlement-files.ts', "actions: ['s3:GetObjectVersion']", "actions: ['s3:*']"],
      [
        'components/policies.ts',
        'const wide = actions.find((action) => /^\\*$|:\\*$/.test(action))',
        'const wide = undefined',
      ],
    ],
    at: cutover,
    calls: [/no-any-action/, /settlement-function-role.*gains s3:/],
  },
  {
    title: 'a right more than before',
    edits: [
      [
        'components/settlement-files.ts',
        "actions: ['s3:GetObjectVersion']",
        "actions: ['s3:GetObjectVersion', 's3:DeleteObject']",
      ],
    ],
    at: cutover,
    calls: [/settlement-function-role.*gains s3:DeleteObject on .*settlement-source/],
  },
  {
    title: 'a resource widened to * without a reason',
    edits: [['components/settlement-files.ts', 'resources: [`${sourceArn}/*`]', "resources: ['*']"]],
    at: cutover,
    calls: [/does not run.*ReadSource.*reason/],
  },
  {
    title: 'whoever may take a role',
    edits: [
      [
        'components/vpc-function.ts',
        "trust('lambda.amazonaws.com', context.accountId)",
        "trust('ec2.amazonaws.com', context.accountId)",
      ],
    ],
    at: cutover,
    calls: [/-role.*may be taken by ec2\.amazonaws\.com/],
  },
  {
    title: 'roles without their boundary',
    edits: [
      ['components/tags.ts', '{ path, permissionsBoundary: boundaryArn(accountId, partition) }', '{ path }'],
    ],
    calls: [/nothing bounds what the role may get/, /permissionsBoundary/],
  },
  {
    title: 'buckets that may be made public',
    edits: [['components/bucket.ts', 'restrictPublicBuckets: true', 'restrictPublicBuckets: false']],
    calls: [/no-public-exposure/, /restrictPublicBuckets.*true.*false/],
  },
  {
    title: 'buckets that take plain HTTP',
    edits: [
      [
        'components/policies.ts',
        "{ Bool: { 'aws:SecureTransport': 'false' } }",
        "{ Bool: { 'aws:SecureTransport': 'true' } }",
      ],
    ],
    calls: [/takes plain HTTP/, /SecureTransport/],
  },
]
