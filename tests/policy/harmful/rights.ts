// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are texts of sources.
import { cutover, type Harmful } from './harmful.ts'

/** Puts a resource beside the function of the settlement files. */
const beside = (resource: string): Harmful['edits'] => [
  [
    'components/settlement-files.ts',
    '    const permission = new aws.lambda.Permission(\n',
    `    ${resource}\n    const permission = new aws.lambda.Permission(\n`,
  ],
]
const other = 'arn:aws:iam::999999999999:root'
const statement = (who: string, action: string) =>
  `JSON.stringify({ Version: '2012-10-17', Statement: [{ Sid: 'Share', Effect: 'Allow', Principal: ${who}, Action: '${action}', Resource: 'arn:aws:x:::y' }] })`

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
    title: 'a new role for another account',
    edits: beside(
      `new aws.iam.Role(this.named('audit'), { assumeRolePolicy: ${statement(`{ AWS: '${other}' }`, 'sts:AssumeRole')} }, this.child())`,
    ),
    at: cutover,
    calls: [
      /settlement-audit.*is new, and may be taken from another account: arn:aws:iam::999999999999:root/,
    ],
  },
  {
    title: 'a new policy of a secret for another account',
    edits: beside(
      `new aws.secretsmanager.SecretPolicy(this.named('share'), { secretArn: 'arn:aws:secretsmanager:eu-central-1:333333333333:secret:x', policy: ${statement(`{ AWS: ['arn:aws:iam::333333333333:root', '${other}'] }`, 'secretsmanager:GetSecretValue')} }, this.child())`,
    ),
    at: cutover,
    calls: [/settlement-share.*is new, and lets another account in.*999999999999.*GetSecretValue/],
  },
  {
    title: 'a new policy of a queue for all services of another account',
    edits: beside(
      `new aws.sqs.QueuePolicy(this.named('share'), { queueUrl: 'x', policy: JSON.stringify({ Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sqs:SendMessage', Resource: 'arn:aws:x:::y', Condition: { StringEquals: { 'aws:SourceAccount': '999999999999' } } }] }) }, this.child())`,
    ),
    at: cutover,
    calls: [/settlement-share.*is new, and lets another account in.*sqs:SendMessage.*999999999999/],
  },
  {
    title: 'a function that another account may call',
    edits: beside(
      `new aws.lambda.Permission(this.named('share'), { action: 'lambda:InvokeFunction', function: functionArn, principal: '999999999999' }, this.child())`,
    ),
    at: cutover,
    calls: [/settlement-share.*is new, and lets another account in: 999999999999 lambda:InvokeFunction/],
  },
  {
    title: 'rights written into the role itself',
    edits: [
      [
        'components/vpc-function.ts',
        "{ assumeRolePolicy: trust('lambda.amazonaws.com', context.accountId) }",
        "{ assumeRolePolicy: trust('lambda.amazonaws.com', context.accountId), inlinePolicies: [{ name: 'more', policy: JSON.stringify({ Statement: [{ Sid: 'More', Effect: 'Allow', Action: 's3:*', Resource: 'arn:aws:s3:::x' }] }) }] }",
      ],
    ],
    at: cutover,
    calls: [/no-any-action/, /settlement-function-role.*gains s3:/],
  },
  {
    title: 'everybody, named after somebody',
    edits: beside(
      `new aws.sqs.QueuePolicy(this.named('share'), { queueUrl: 'x', policy: ${statement("{ AWS: ['arn:aws:iam::333333333333:root', '*'] }", 'sqs:SendMessage')} }, this.child())`,
    ),
    at: cutover,
    calls: [/no-public-grant/, /Share allows everybody sqs:SendMessage/],
  },
  {
    title: 'everybody but somebody',
    edits: beside(
      `new aws.sqs.QueuePolicy(this.named('share'), { queueUrl: 'x', policy: JSON.stringify({ Statement: [{ Sid: 'Share', Effect: 'Allow', NotPrincipal: { AWS: '${other}' }, Action: 'sqs:SendMessage', Resource: 'arn:aws:x:::y' }] }) }, this.child())`,
    ),
    at: cutover,
    calls: [/no-public-grant/, /Share allows everybody sqs:SendMessage/],
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
