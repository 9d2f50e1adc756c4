import type { Alerts } from '../components/alerts.ts'
import type { Cluster } from '../components/cluster.ts'
import type { ConnectionPooler } from '../components/connection-pooler.ts'
import type { FargateService } from '../components/fargate-service.ts'
import type { FrontDoor } from '../components/front-door.ts'
import type { LogPipeline } from '../components/log-pipeline.ts'
import type { MigrationBoardArgs } from '../components/migration-board.ts'
import type { PaymentQueue } from '../components/payment-queue.ts'
import type { PaymentsDatabase } from '../components/payments-database.ts'
import type { SettlementFiles } from '../components/settlement-files.ts'
import type { VpcFunction } from '../components/vpc-function.ts'
import type { Base } from './base.ts'

export interface BoardNeeds {
  alerts: Alerts
  cluster: Cluster
  frontDoor: FrontDoor
  logs: LogPipeline
  replicate?: { database: PaymentsDatabase; pooler: ConnectionPooler } | undefined
  canary?:
    | { api: FargateService; settlement: SettlementFiles; webhooks: VpcFunction; queue: PaymentQueue }
    | undefined
}

export const boardArgs = ({ context, settings, source }: Base, needs: BoardNeeds): MigrationBoardArgs => {
  const { alerts, cluster, frontDoor, logs, replicate, canary } = needs
  return {
    context,
    phase: settings.phase,
    alertsTopicArn: alerts.topicArn,
    alarmArns: [
      ...logs.alarmArns,
      ...(canary
        ? [...canary.settlement.alarmArns, ...canary.webhooks.alarmArns, ...canary.queue.alarmArns]
        : []),
    ],
    watched: {
      frontDoor: {
        loadBalancer: frontDoor.metricName,
        cloudTargetGroup: frontDoor.cloudTargetGroup.arnSuffix,
        onPremisesTargetGroup: frontDoor.onPremisesTargetGroup?.arnSuffix,
      },
      ...(replicate && {
        database: { clusterIdentifier: replicate.database.clusterIdentifier },
        pooler: { clusterName: cluster.clusterName, serviceName: replicate.pooler.serviceName },
      }),
      ...(canary && {
        services: { clusterName: cluster.clusterName, serviceNames: [canary.api.serviceName] },
        functions: [canary.settlement.settle.functionName, canary.webhooks.functionName],
        queues: [canary.queue.queueName],
      }),
      wayBack: context.reaches('cutover') && !source.removed,
    },
  }
}
