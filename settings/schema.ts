import { z } from 'zod'
import { phases } from '../phases.ts'
import * as field from './fields.ts'

/** AWS services that private subnets may reach through interface endpoints; about $7.30 a zone and month each. */
export const endpointServices = [
  'ecr.api',
  'ecr.dkr',
  'logs',
  'secretsmanager',
  'ssm',
  'kms',
  'sqs',
  'monitoring',
  'sts',
] as const

const zone = z.strictObject({
  name: field.zoneName,
  public: field.privateBlock(16, 28),
  private: field.privateBlock(16, 27),
  data: field.privateBlock(16, 28),
})

const network = z.strictObject({
  cidr: field.privateBlock(16, 24),
  zones: z
    .array(zone)
    .min(2, 'list two or three zones; a load balancer and Aurora need two')
    .max(3, 'list two or three zones'),
  natGateways: z.enum(['single', 'perZone'], { error: 'write single or perZone' }),
  interfaceEndpoints: z
    .array(z.enum(endpointServices, { error: `write one of ${endpointServices.join(', ')}` }))
    .default([]),
})

const asn = field.whole(1, 4294967294, 'a BGP autonomous system number')
const link = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({
      kind: z.literal('vpn'),
      bgpAsn: asn,
      certificateArn: field.arn('acm', 'arn:aws:acm:eu-central-1:111122223333:certificate/…'),
    }),
    z.strictObject({
      kind: z.literal('directConnect'),
      gatewayId: z.guid({ error: 'write the id of the Direct Connect gateway, a UUID' }),
    }),
  ],
  { error: 'write kind: vpn or kind: directConnect' },
)

const onPremises = z.strictObject({
  cidrs: z.array(field.privateBlock(8, 28)).min(1, 'list the blocks that on-premises routes to the cloud'),
  link,
  api: z.strictObject({
    addresses: z.array(field.privateAddress).min(1, 'list at least one address of the payments API'),
    port: field.whole(1, 65535, 'a port'),
    healthPath: field.path,
  }),
  database: z.strictObject({
    host: field.privateAddress,
    port: field.whole(1, 65535, 'a port').default(5432),
    name: field.databaseName,
    applicationSecretArn: field.secretArn,
    replicationSecretArn: field.secretArn,
    /** Login of the role that owns the tables, or of a superuser: fence and links are its work. */
    ownerSecretArn: field.secretArn,
  }),
})

const certificate = z.union(
  [
    z.strictObject({ arn: field.certificateArn }),
    z.strictObject({ zoneId: z.string().regex(/^Z[A-Z0-9]{5,31}$/) }),
  ],
  { error: 'write arn: of a certificate, or zoneId: of a delegated Route 53 zone for DNS validation' },
)

const frontDoor = z.strictObject({
  domain: field.domain,
  certificate,
  requestsPerFiveMinutes: field.whole(
    10,
    2_000_000_000,
    'requests that one address may make in five minutes',
  ),
  idleTimeoutSeconds: field.whole(1, 4000, 'an idle time-out in seconds').default(60),
})

/** Aurora PostgreSQL versions that replicate from 13 and later and that AWS still makes. */
export const auroraVersions = [
  '17.4',
  '17.5',
  '17.6',
  '17.7',
  '17.9',
  '17.10',
  '17.11',
  '18.3',
  '18.4',
  '18.6',
] as const

const database = z.strictObject({
  version: z.enum(auroraVersions, { error: `write one of ${auroraVersions.join(', ')}` }),
  instanceClass: z
    .string()
    .regex(/^db\.[a-z0-9]+\.[a-z0-9]+$/, 'write an instance class, such as db.r8g.large'),
  instances: field.whole(1, 15, 'the number of instances'),
  name: field.databaseName,
  backupWindow: field.backupWindow,
  maintenanceWindow: field.maintenanceWindow,
})

const pooler = field.sized({
  tasks: field.whole(2, 20, 'the number of pooler tasks'),
  serverConnections: field.whole(1, 1000, 'server connections a task may hold'),
  clientConnections: field.whole(10, 20000, 'client connections a task may hold'),
})

const lambda = z.strictObject({
  memoryMb: field.whole(128, 10240, 'memory in MB'),
  timeoutSeconds: field.whole(1, 900, 'a time-out in seconds'),
  concurrency: field.whole(1, 1000, 'how many may run at once'),
})

const instanceType = z
  .string()
  .regex(/^[a-z0-9-]+\.[a-z0-9-]+(\.search)?$/, 'write an instance type, such as m7g.large')

export const images = [
  'paymentsApi',
  'outboxRelay',
  'pgbouncer',
  'routeAgent',
  'runner',
  'filebeat',
  'logstash',
] as const

export const schema = z.strictObject({
  phase: z.enum(phases, { error: `write one of ${phases.join(', ')}` }),
  weight: field.whole(0, 100, 'the percent of requests that go to the cloud'),
  removal: z.enum(['unprotect', 'remove'], { error: 'write unprotect or remove' }).default('unprotect'),
  disposable: z.boolean({ error: 'write true or false' }),
  tags: z.strictObject({ owner: z.string().min(1), costCenter: z.string().min(1) }),
  network,
  onPremises,
  frontDoor,
  database,
  pooler,
  services: z.strictObject({
    api: field.sized({
      tasks: field.whole(1, 100, 'the least number of tasks'),
      maxTasks: field.whole(1, 200, 'the greatest number of tasks'),
    }),
    outboxRelay: z.strictObject({
      tasks: field.whole(1, 50, 'the number of tasks'),
      hosts: field.whole(1, 20, 'the number of container hosts'),
      instanceType,
    }),
  }),
  functions: z.strictObject({ settlement: lambda, webhooks: lambda, logShipper: lambda }),
  images: z.strictObject(
    Object.fromEntries(images.map((name) => [name, field.digest])) as Record<
      (typeof images)[number],
      typeof field.digest
    >,
  ),
  logs: z.strictObject({
    logstash: field.sized({ tasks: field.whole(1, 10, 'the number of Logstash tasks') }),
    search: z.strictObject({
      instanceType,
      instances: field.whole(1, 20, 'the number of OpenSearch nodes'),
      volumeGb: field.whole(10, 16384, 'the volume of a node in GB'),
    }),
  }),
  retention: z.strictObject({
    logDays: field.logDays,
    archiveDays: field.whole(30, 3653, 'how long the log archive is kept, in days'),
    evidenceDays: field.whole(1, 3653, 'how long journals and evidence are kept, in days'),
    backupDays: field.whole(1, 35, 'how long database backups are kept, in days'),
  }),
  budget: z.strictObject({
    monthlyUsd: field.whole(1, 10_000_000, 'the budget of a month in US dollars'),
    anomalyUsd: field.whole(1, 1_000_000, 'the impact in US dollars from which an anomaly is told'),
    recipients: z.array(field.email).min(1, 'list who is told; a budget nobody hears is none').max(10),
  }),
  alarms: z.strictObject({ recipients: z.array(field.email).min(1, 'list who is told of alarms').max(10) }),
  window: z.strictObject({
    startsAt: field.clock,
    hours: field.whole(1, 12, 'the length of the migration window in hours'),
    timezone: field.timezone,
  }),
  approvals: z.strictObject({
    required: field.whole(1, 10, 'how many people must approve'),
    approvers: z.array(field.principalArn).min(1, 'list who may approve'),
  }),
})

export type Values = z.output<typeof schema>
