// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are texts of sources.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectFolder } from '../../settings/stack-file.ts'
import type { ProposedChange } from './change.ts'

const read = (file: string) => readFileSync(join(projectFolder, file), 'utf8')

/** Changes that nobody needs to hear of. */
export const harmless: ProposedChange[] = [
  {
    title: 'a renamed variable',
    edits: [
      ['components/keys.ts', 'const key = new aws.kms.Key(', 'const classKey = new aws.kms.Key('],
      ['components/keys.ts', 'targetKeyId: key.keyId', 'targetKeyId: classKey.keyId'],
      ['components/keys.ts', 'return key.arn', 'return classKey.arn'],
    ],
  },
  {
    title: 'a comment',
    edits: [
      [
        'index.ts',
        '  // replicate: the target',
        '  // The target comes with replicate.\n  // replicate: the target',
      ],
    ],
  },
  { title: 'a dependency bump', edits: [['package.json', '"yaml": "', '"yaml": "^']] },
  {
    title: 'a moved file',
    edits: [['components/payments-database.ts', "'./database-parameters.ts'", "'./database/parameters.ts'"]],
    adds: { 'components/database/parameters.ts': read('components/database-parameters.ts') },
    at: { phase: 'replicate' },
  },
  {
    title: 'reordered statements',
    edits: [
      [
        'index.ts',
        "  const liftSecrets = new ServiceSecrets('lift-secrets', foundation.liftSecretsArgs(base))\n",
        '',
      ],
      [
        'index.ts',
        "  const secrets = new ServiceSecrets('secrets', services.secretsArgs(base))\n",
        "  const secrets = new ServiceSecrets('secrets', services.secretsArgs(base))\n  const liftSecrets = new ServiceSecrets('lift-secrets', foundation.liftSecretsArgs(base))\n",
      ],
    ],
  },
  {
    title: 'reordered actions of a right',
    edits: [
      [
        'components/settlement-files.ts',
        "['s3:PutObject', 's3:AbortMultipartUpload']",
        "['s3:AbortMultipartUpload', 's3:PutObject']",
      ],
    ],
    at: { phase: 'cutover' },
  },
  {
    title: 'reordered flows',
    edits: [
      [
        'components/flows.ts',
        "  { from: 'world', to: 'frontDoor', port: ports.https, since: 'foundation', why: 'merchants' },\n",
        '',
      ],
      [
        'components/flows.ts',
        "  { from: 'frontDoor', to: 'services', port: ports.service,",
        "  { from: 'world', to: 'frontDoor', port: ports.https, since: 'foundation', why: 'merchants' },\n  { from: 'frontDoor', to: 'services', port: ports.service,",
      ],
    ],
  },
  {
    title: 'reordered endpoints in the settings',
    edits: [
      [
        'Pulumi.prod.yaml',
        '[ecr.api, ecr.dkr, logs, secretsmanager, kms]',
        '[kms, secretsmanager, logs, ecr.dkr, ecr.api]',
      ],
    ],
  },
  {
    title: 'a comment in the settings',
    edits: [
      [
        'Pulumi.prod.yaml',
        '  payments-lift:retention:',
        '  # Seven years, as the auditors ask.\n  payments-lift:retention:',
      ],
    ],
  },
  {
    title: 'settings on more lines',
    edits: [
      [
        'Pulumi.prod.yaml',
        'payments-lift:alarms: { recipients: [payments-oncall@example.com] }',
        'payments-lift:alarms:\n    recipients:\n      - payments-oncall@example.com',
      ],
    ],
  },
  {
    title: 'a new build of an image',
    edits: [['Pulumi.prod.yaml', 'logstash: sha256:7f6c3e7f', 'logstash: sha256:00000000']],
  },
  {
    title: 'a new build of what moves payments',
    edits: [['Pulumi.prod.yaml', 'paymentsApi: sha256:1f0c7e1f', 'paymentsApi: sha256:00000000']],
    at: { phase: 'cutover' },
  },
  {
    title: 'a constant for a number',
    edits: [
      [
        'components/keys.ts',
        'deletionWindowInDays: context.disposable ? 7 : 30',
        'deletionWindowInDays: context.disposable ? week : month',
      ],
      [
        'components/keys.ts',
        'export type DataClass',
        'const week = 7\nconst month = 30\n\nexport type DataClass',
      ],
    ],
  },
  {
    title: 'a function for an expression',
    edits: [
      ['components/bucket.ts', 'forceDestroy: context.disposable,', 'forceDestroy: mayGo(context),'],
      [
        'components/bucket.ts',
        'const usualOldVersionDays = 90',
        'const usualOldVersionDays = 90\nconst mayGo = ({ disposable }: Context) => disposable',
      ],
    ],
  },
  {
    title: 'a template for a sum of texts',
    edits: [
      ['components/bucket.ts', 'targetPrefix: `${this.bucketName}/`', "targetPrefix: this.bucketName + '/'"],
    ],
  },
  {
    title: 'a type more exact',
    edits: [['components/names.ts', 'export type NameKind', '/** What is named. */\nexport type NameKind']],
  },
  {
    title: 'reordered arguments',
    edits: [
      [
        'components/payments-database.ts',
        "        engine: 'aurora-postgresql',\n        engineVersion: version,",
        "        engineVersion: version,\n        engine: 'aurora-postgresql',",
      ],
    ],
    at: { phase: 'replicate' },
  },
  {
    title: 'reordered rules of a policy',
    edits: [
      [
        'components/settlement-files.ts',
        "  { sid: 'ReadSource', actions: ['s3:GetObjectVersion'], resources: [`${sourceArn}/*`] },\n",
        '',
      ],
      [
        'components/settlement-files.ts',
        "  {\n    sid: 'UseFilesKey',",
        "  { sid: 'ReadSource', actions: ['s3:GetObjectVersion'], resources: [`${sourceArn}/*`] },\n  {\n    sid: 'UseFilesKey',",
      ],
    ],
    at: { phase: 'cutover' },
  },
  {
    title: 'a parameter list in another order',
    edits: [
      ['components/database-parameters.ts', "  now('log_statement', 'ddl'),\n", ''],
      [
        'components/database-parameters.ts',
        "  now('rds.force_ssl', '1'),",
        "  now('log_statement', 'ddl'),\n  now('rds.force_ssl', '1'),",
      ],
    ],
    at: { phase: 'replicate' },
  },
  {
    title: 'documentation',
    edits: [['README.md', '# payments-lift', '# payments-lift\n\nMoves payments.']],
  },
  {
    title: 'a pool at module scope',
    edits: [],
    adds: {
      'services/example/handler.ts':
        "import pg from 'pg'\n\nconst pool = new pg.Pool({ max: 1 })\nlet other: pg.Client | undefined\n\nexport const handler = async (event: { id: string }) => {\n  other ??= new pg.Client()\n  return pool.query('select 1 where $1 = $1', [event.id])\n}\n",
    },
    stack: 'dev',
  },
]
