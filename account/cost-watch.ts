import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { createAnomalySubscription } from '../components/anomaly-subscription.ts'
import { Component } from '../components/component.ts'

export interface CostWatchArgs {
  /** Impact of an anomaly from which people are told, in US dollars. */
  anomalyUsd: number
  recipients: string[]
  /** Are the tags known to billing? See settings.ts. */
  costTagsSeen: boolean
}

/** What AWS lets an account have once: the anomaly monitor of all services, and the tags that billing counts by. */
export class CostWatch extends Component {
  constructor(name: string, args: CostWatchArgs, options?: pulumi.ComponentResourceOptions) {
    super('CostWatch', name, options)
    const { anomalyUsd, recipients, costTagsSeen } = args
    const monitor = new aws.costexplorer.AnomalyMonitor(
      this.named('services'),
      { name: 'payments-lift services', monitorType: 'DIMENSIONAL', monitorDimension: 'SERVICE' },
      this.child(),
    )
    createAnomalySubscription(
      this.named('services'),
      {
        what: 'payments-lift services',
        monitorArn: monitor.arn,
        fromUsd: anomalyUsd,
        tells: { recipients },
      },
      this.child(),
    )
    if (costTagsSeen) {
      for (const tagKey of ['Project', 'Stack']) {
        new aws.costexplorer.CostAllocationTag(this.named(tagKey), { tagKey, status: 'Active' }, this.child())
      }
    }
    this.registerOutputs({ monitorArn: monitor.arn })
  }
}
