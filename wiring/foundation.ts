import type { Alerts, AlertsArgs } from '../components/alerts.ts'
import type { Bucket, BucketArgs } from '../components/bucket.ts'
import type { ClusterArgs } from '../components/cluster.ts'
import { flowsAt } from '../components/flows.ts'
import type { FrontDoorArgs } from '../components/front-door.ts'
import type { ImagesArgs } from '../components/images.ts'
import type { Network, NetworkArgs } from '../components/network.ts'
import type { ServiceSecretsArgs } from '../components/service-secrets.ts'
import type { Settings } from '../settings.ts'
import type { Base } from './base.ts'

export const alertsArgs = ({ context, keys, settings }: Base): AlertsArgs => ({
  context,
  keyArn: keys.arns.alerts,
  recipients: settings.alarms.recipients,
})

export const imagesArgs = ({ context, keys, settings }: Base): ImagesArgs<keyof Settings['images']> => ({
  context,
  digests: settings.images,
  keyArn: keys.arns.artifacts,
})

export const clusterArgs = ({ context, keys, settings }: Base, alerts: Alerts): ClusterArgs => ({
  context,
  keyArn: keys.arns.logs,
  logDays: settings.retention.logDays,
  alertsTopicArn: alerts.topicArn,
})

/** Before there is a NAT the runner finds the gates, the weights and a hold through these, and people get into it. */
const runnerEndpoints = ['ecs', 'elasticloadbalancing', 'ssm', 'ssmmessages', 'kms']

export const networkArgs = ({ context, keys, settings, source }: Base): NetworkArgs => ({
  context,
  cidr: settings.network.cidr,
  zones: settings.network.zones,
  nat: context.reaches('canary') ? settings.network.natGateways : 'none',
  interfaceEndpoints: [
    ...settings.network.interfaceEndpoints,
    ...(context.reaches('replicate') ? runnerEndpoints : []),
  ],
  flows: flowsAt(
    { reaches: context.reaches, removed: source.removed },
    { api: settings.onPremises.api.port, database: settings.onPremises.database.port },
  ),
  onPremises: {
    cidrs: settings.onPremises.cidrs,
    link: source.removed ? undefined : settings.onPremises.link,
    leaving: source.leaving,
  },
  logsKeyArn: keys.arns.logs,
  flowLogDays: settings.retention.logDays,
})

/** Who read or wrote what in every other bucket; S3 delivers such logs to buckets without KMS only. */
export const accessLogsArgs = ({ context, settings }: Base): BucketArgs => ({
  context,
  purpose: 'access-logs',
  keyArn: 'none',
  expireDays: settings.retention.logDays,
  grants: (arn) => [
    {
      sid: 'DeliverBucketAccesses',
      actions: ['s3:PutObject'],
      resources: [`${arn}/*`],
      principals: { Service: ['logging.s3.amazonaws.com'] },
      conditions: { StringEquals: { 'aws:SourceAccount': context.accountId } },
    },
  ],
})

/**
 * Shallow: all tasks share one database. Asked through it, they would all be unhealthy at once in a pause of the
 * pooler or an outage, and ECS would replace every task that holds requests.
 */
export const cloudHealthPath = '/health'

export const frontDoorArgs = (
  { context, keys, settings, source }: Base,
  { network, accessLogs }: { network: Network; accessLogs: Bucket },
): FrontDoorArgs => ({
  context,
  accessLogs,
  vpcId: network.vpcId,
  publicSubnetIds: network.publicSubnetIds,
  securityGroupId: network.groups.frontDoor,
  ...settings.frontDoor,
  onPremises: source.removed ? undefined : { ...settings.onPremises.api, leaving: source.leaving },
  cloudWeight: settings.weight,
  cloudHealthPath,
  logsKeyArn: keys.arns.logs,
  logDays: settings.retention.logDays,
})

/** Logins and keys of the lift itself; foundation.md writes their values, before `replicate` needs them. */
const liftSecrets = {
  'target-application': "Login of the services' role on the target",
  'target-replication':
    'Login of the role that replicates, on the target; not rotated while a subscription stores it',
  'pooler-certificate': 'Certificate and key that clients of the poolers see',
  'agent-key': 'What the runner proves itself with to the route agents',
}
export type LiftSecret = keyof typeof liftSecrets

export const liftSecretsArgs = ({ context, keys }: Base): ServiceSecretsArgs<LiftSecret> => ({
  context,
  folder: 'lift',
  keyArn: keys.arns.secrets,
  secrets: liftSecrets,
})
