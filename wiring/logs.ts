import type { Alerts } from '../components/alerts.ts'
import type { BillingAlertsArgs } from '../components/billing-alerts.ts'
import type { Bucket } from '../components/bucket.ts'
import type { Cluster } from '../components/cluster.ts'
import type { Context } from '../components/context.ts'
import type { Images } from '../components/images.ts'
import type { LogPipelineArgs } from '../components/log-pipeline.ts'
import type { LogWay } from '../components/log-ways.ts'
import type { Network } from '../components/network.ts'
import type { Settings } from '../settings.ts'
import type { Base } from './base.ts'

interface LogNeeds {
  alerts: Alerts
  images: Images<keyof Settings['images']>
  cluster: Cluster
  accessLogs: Bucket
  network: Network
}

/** Log groups of the functions that write payments' lines. */
export const functionLogGroups = ({ path }: Pick<Context, 'path'>): string[] => [
  path('functions', 'settlement-function'),
  path('functions', 'webhooks'),
]

/** What sends lines in a phase; a way that nobody uses yet would be told as quiet. */
const waysIn = (context: Context): LogWay[] =>
  context.reaches('canary')
    ? [{ way: 'functions', logGroups: functionLogGroups(context) }, { way: 'hosts' }, { way: 'services' }]
    : []

export const logPipelineArgs = (
  { context, keys, settings }: Base,
  { alerts, images, cluster, accessLogs, network }: LogNeeds,
): LogPipelineArgs => {
  const { tasks, ...size } = settings.logs.logstash
  return {
    context,
    cluster,
    hostName: `logs.${settings.frontDoor.domain}`,
    certificate: settings.frontDoor.certificate,
    logstash: {
      size,
      tasks,
      image: images.uris.logstash,
      repositoryArn: images.repositoryArns.logstash,
    },
    search: settings.logs.search,
    shipper: { code: { bundle: 'log-shipper' }, ...settings.functions.logShipper },
    ways: waysIn(context),
    network: {
      vpcId: network.vpcId,
      privateSubnetIds: network.privateSubnetIds,
      dataSubnetIds: network.dataSubnetIds,
      zones: settings.network.zones.length,
      groups: network.groups,
    },
    keys: { logs: keys.arns.logs, messages: keys.arns.messages },
    accessLogs,
    logDays: settings.retention.logDays,
    archiveDays: settings.retention.archiveDays,
    alertsTopicArn: alerts.topicArn,
  }
}

export const billingArgs = ({ context, keys, settings }: Base): BillingAlertsArgs => ({
  context,
  ...settings.budget,
  keyArn: keys.arns.alerts,
})
