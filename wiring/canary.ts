import type { Alerts } from '../components/alerts.ts'
import type { Bucket } from '../components/bucket.ts'
import type { Cluster } from '../components/cluster.ts'
import { concurrencyProblems } from '../components/concurrency.ts'
import type { ConnectionPooler } from '../components/connection-pooler.ts'
import { maySend } from '../components/dead-letters.ts'
import type { FargateServiceArgs } from '../components/fargate-service.ts'
import { ports } from '../components/flows.ts'
import type { FrontDoor } from '../components/front-door.ts'
import type { HostServiceArgs } from '../components/host-service.ts'
import {
  type IdempotencyStore,
  type IdempotencyStoreArgs,
  mayRemember,
} from '../components/idempotency-store.ts'
import type { Images } from '../components/images.ts'
import type { LogPipeline } from '../components/log-pipeline.ts'
import { logEnvironment } from '../components/log-way.ts'
import type { Network } from '../components/network.ts'
import type { PaymentQueue, PaymentQueueArgs } from '../components/payment-queue.ts'
import type { Statement } from '../components/policies.ts'
import { refuse } from '../components/refuse.ts'
import type { ServiceSecrets, ServiceSecretsArgs } from '../components/service-secrets.ts'
import type { SettlementFilesArgs } from '../components/settlement-files.ts'
import { tagsOf } from '../components/tags.ts'
import type { VpcFunctionArgs } from '../components/vpc-function.ts'
import type { Settings } from '../settings.ts'
import type { Base } from './base.ts'

export interface ServiceNeeds {
  alerts: Alerts
  images: Images<keyof Settings['images']>
  cluster: Cluster
  accessLogs: Bucket
  network: Network
  frontDoor: FrontDoor
  pooler: ConnectionPooler
  logs: LogPipeline
  secrets: ServiceSecrets<SecretName>
  queue: PaymentQueue
  idempotency: IdempotencyStore
}

type SecretName = 'database-url' | 'card-token-key' | 'webhook-signing-key'

export const secretsArgs = ({ context, keys }: Base): ServiceSecretsArgs<SecretName> => ({
  context,
  keyArn: keys.arns.secrets,
  secrets: {
    'database-url': 'Connection of the services, through the pooler',
    'card-token-key': 'What cards are known by, the same on both sides',
    'webhook-signing-key': 'What calls to merchants are signed with',
  },
})

export const queueArgs = ({ context, keys, settings }: Base, alerts: Alerts): PaymentQueueArgs => ({
  context,
  keyArn: keys.arns.messages,
  functionTimeoutSeconds: settings.functions.webhooks.timeoutSeconds,
  alertsTopicArn: alerts.topicArn,
})

export const idempotencyArgs = ({ context, keys }: Base): IdempotencyStoreArgs => ({
  context,
  keyArn: keys.arns.payments,
})

/** Node, asking the service itself; images have no shell. */
const ready = (port: number) => [
  'node',
  '-e',
  `fetch('http://127.0.0.1:${port}/readyz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))`,
]
const adminPort = 8081

export const apiArgs = (base: Base, needs: ServiceNeeds): FargateServiceArgs => {
  const { context, keys, settings } = base
  const { cluster, network, frontDoor, images, secrets, logs } = needs
  const { tasks: least, maxTasks: most, ...size } = settings.services.api
  return {
    context,
    cluster,
    tasks: { least, most },
    network: { subnetIds: network.privateSubnetIds, securityGroupId: network.groups.services },
    targets: [
      {
        targetGroupArn: frontDoor.cloudTargetGroup.arn,
        listener: frontDoor.listener,
        container: 'api',
        port: ports.service,
      },
    ],
    task: {
      purpose: 'api',
      size,
      containers: [
        {
          name: 'api',
          image: images.uris.paymentsApi,
          ports: [ports.service],
          environment: {
            HOST: '0.0.0.0',
            PORT: String(ports.service),
            ADMIN_HOST: '127.0.0.1',
            ADMIN_PORT: String(adminPort),
            SIDE: 'cloud',
            GATE: 'pgbouncer',
            // The front door encrypts to its targets and does not check who they are.
            TLS: 'self-signed',
            LOG_LEVEL: 'info',
            ...logEnvironment(logs.endpoints.jsonLines),
          },
          secrets: {
            DATABASE_URL: secrets.arns['database-url'],
            CARD_TOKEN_KEY: secrets.arns['card-token-key'],
          },
          stopTimeoutSeconds: 60,
        },
      ],
      secretArns: [secrets.arns['database-url'], secrets.arns['card-token-key']],
      secretKeyArns: [keys.arns.secrets],
      repositoryArns: [images.repositoryArns.paymentsApi],
      logsKeyArn: keys.arns.logs,
      logDays: settings.retention.logDays,
    },
  }
}

export const relayArgs = (base: Base, needs: ServiceNeeds): HostServiceArgs => {
  const { context, keys, settings } = base
  const { network, images, secrets, queue, logs } = needs
  const { tasks, hosts, instanceType } = settings.services.outboxRelay
  return {
    context,
    instanceType,
    hosts,
    tasks,
    diskKeyArn: keys.arns.payments,
    network: { subnetIds: network.privateSubnetIds, securityGroupId: network.groups.hosts },
    tags: tagsOf(settings),
    filebeat: {
      image: images.uris.filebeat,
      repositoryArn: images.repositoryArns.filebeat,
      pipeline: logs.endpoints.beats,
    },
    task: {
      purpose: 'outbox-relay',
      memoryMib: 512,
      container: {
        name: 'outbox-relay',
        image: images.uris.outboxRelay,
        environment: {
          QUEUE_URL: queue.url,
          DEAD_LETTERS_URL: queue.deadLetters.url,
          AWS_REGION: context.region,
          ADMIN_PORT: String(adminPort),
          LOG_LEVEL: 'info',
        },
        secrets: { DATABASE_URL: secrets.arns['database-url'] },
        health: ready(adminPort),
        stopTimeoutSeconds: 60,
      },
      mayDo: [...maySend(queue), ...maySend(queue.deadLetters, 'DeadLetters')],
      secretArns: [secrets.arns['database-url']],
      secretKeyArns: [keys.arns.secrets],
      repositoryArns: [images.repositoryArns.outboxRelay],
    },
  }
}

/** What all functions of payments share. Refuses reservations that AWS would. */
function functionCommon({ context, keys, settings }: Base, { network, logs, alerts }: ServiceNeeds) {
  const reserved = Object.entries(settings.functions).map(([name, { concurrency }]) => [name, concurrency])
  refuse('functions of', context.stack, concurrencyProblems(Object.fromEntries(reserved)))
  return {
    context,
    network: { subnetIds: network.privateSubnetIds, securityGroupId: network.groups.functions },
    keys: { environmentArn: keys.arns.payments, logsArn: keys.arns.logs },
    logs: { retentionDays: settings.retention.logDays, ship: logs.destinations },
    alertsTopicArn: alerts.topicArn,
  }
}

const mayRead = ({ keys }: Base, arns: VpcFunctionSecret[]): Statement[] => [
  { sid: 'ReadSecrets', actions: ['secretsmanager:GetSecretValue'], resources: arns },
  { sid: 'DecryptSecrets', actions: ['kms:Decrypt'], resources: [keys.arns.secrets] },
]
type VpcFunctionSecret = ServiceNeeds['secrets']['arns'][SecretName]

export const settlementArgs = (base: Base, needs: ServiceNeeds): SettlementFilesArgs => ({
  ...functionCommon(base, needs),
  code: { bundle: 'settlement' },
  ...base.settings.functions.settlement,
  retentionDays: base.settings.retention.archiveDays,
  accessLogs: needs.accessLogs,
  messagesKeyArn: base.keys.arns.messages,
  environment: { DATABASE_URL_SECRET_ARN: needs.secrets.arns['database-url'] },
  statements: mayRead(base, [needs.secrets.arns['database-url']]),
})

export const webhooksArgs = (base: Base, needs: ServiceNeeds): VpcFunctionArgs => ({
  ...functionCommon(base, needs),
  description: 'Calls merchants, signed, once a message',
  code: { bundle: 'webhooks' },
  ...base.settings.functions.webhooks,
  invocation: { kind: 'queue', queue: needs.queue },
  environment: {
    DATABASE_URL_SECRET_ARN: needs.secrets.arns['database-url'],
    SIGNING_KEY_SECRET_ARN: needs.secrets.arns['webhook-signing-key'],
    IDEMPOTENCY_TABLE: needs.idempotency.tableName,
    QUEUE_URL: needs.queue.url,
    DEAD_LETTERS_URL: needs.queue.deadLetters.url,
    MAX_RECEIVES: String(needs.queue.maxReceiveCount),
  },
  statements: [
    ...mayRead(base, [needs.secrets.arns['database-url'], needs.secrets.arns['webhook-signing-key']]),
    ...mayRemember(needs.idempotency, base.context),
    ...maySend(needs.queue.deadLetters, 'DeadLetters'),
  ],
})
