import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { createAlarm } from './alarm.ts'
import { Component } from './component.ts'
import type { Context } from './context.ts'
import { LogGroup } from './log-group.ts'
import { policy } from './policies.ts'

export interface LogSearchArgs {
  context: Context
  /** Such as r7g.large.search. */
  instanceType: string
  /** Data nodes. */
  instances: number
  /** Volume of a node, in GB. */
  volumeGb: number
  /** Subnets with no route to the internet, one a zone; and how many zones the network has. */
  network: {
    subnetIds: pulumi.Output<string[]>
    zones: number
    securityGroupId: pulumi.Input<string>
  }
  /** KMS key of the class logs. */
  keyArn: pulumi.Input<string>
  logDays: number
  alertsTopicArn: pulumi.Input<string>
}

/** In how many zones so many nodes stand: OpenSearch knows one, two or three. */
export const searchZones = (instances: number, zones: number): number => Math.min(instances, zones, 3)

const logTypes = ['INDEX_SLOW_LOGS', 'SEARCH_SLOW_LOGS', 'ES_APPLICATION_LOGS'] as const

/**
 * Log lines to search in: an OpenSearch domain in the VPC. Who may do what stands in IAM policies. The account's
 * program makes the service-linked role that it needs.
 */
export class LogSearch extends Component {
  /** Known in a preview. */
  readonly domainArn: string
  readonly domainName: string
  /** Host name, without scheme. */
  readonly endpoint: pulumi.Output<string>
  readonly alarmArns: pulumi.Output<string>[]

  constructor(name: string, args: LogSearchArgs, options?: pulumi.ComponentResourceOptions) {
    super('LogSearch', name, options)
    const { context, instanceType, instances, volumeGb, network, keyArn } = args
    const zones = searchZones(instances, network.zones)
    this.domainName = context.name('searchDomain', 'logs')
    this.domainArn = context.arn('es', `domain/${this.domainName}`)
    const { group, allowed } = this.createLogs(args)

    const domain = new aws.opensearch.Domain(
      this.named('domain'),
      {
        domainName: this.domainName,
        engineVersion: 'OpenSearch_2.19',
        clusterConfig: {
          instanceType,
          instanceCount: instances,
          zoneAwarenessEnabled: zones > 1,
          ...(zones > 1 && { zoneAwarenessConfig: { availabilityZoneCount: zones } }),
        },
        ebsOptions: { ebsEnabled: true, volumeType: 'gp3', volumeSize: volumeGb },
        vpcOptions: {
          subnetIds: network.subnetIds.apply((ids) => ids.slice(0, zones)),
          securityGroupIds: [network.securityGroupId],
        },
        encryptAtRest: { enabled: true, kmsKeyId: keyArn },
        nodeToNodeEncryption: { enabled: true },
        domainEndpointOptions: { enforceHttps: true, tlsSecurityPolicy: 'Policy-Min-TLS-1-2-PFS-2023-10' },
        softwareUpdateOptions: { autoSoftwareUpdateEnabled: true },
        logPublishingOptions: logTypes.map((logType) => ({ logType, cloudwatchLogGroupArn: group.arn })),
        accessPolicies: JSON.stringify(
          policy([
            {
              sid: 'ByIamPolicies',
              actions: ['es:ESHttpGet', 'es:ESHttpHead', 'es:ESHttpPost', 'es:ESHttpPut'],
              resources: [`${this.domainArn}/*`],
              principals: { AWS: [`arn:${context.partition}:iam::${context.accountId}:root`] },
            },
          ]),
        ),
      },
      this.kept(context, { dependsOn: [allowed] }),
    )
    this.endpoint = domain.endpoint
    this.alarmArns = this.createAlarms(args)
    this.registerOutputs({ domainArn: this.domainArn, endpoint: this.endpoint })
  }

  private createLogs({ context, keyArn, logDays }: LogSearchArgs) {
    const logs = new LogGroup(
      this.named('logs'),
      { context, path: 'search', keyArn, retentionDays: logDays },
      { parent: this },
    )
    const allowed = new aws.cloudwatch.LogResourcePolicy(
      this.named('logs'),
      {
        policyName: context.name('role', 'search-logs'),
        policyDocument: JSON.stringify(
          policy([
            {
              sid: 'SearchWritesItsLog',
              actions: ['logs:PutLogEvents', 'logs:CreateLogStream'],
              resources: [`${logs.arn}:*`],
              principals: { Service: ['es.amazonaws.com'] },
              conditions: {
                StringEquals: { 'aws:SourceAccount': context.accountId },
                ArnLike: { 'aws:SourceArn': this.domainArn },
              },
            },
          ]),
        ),
      },
      this.child(),
    )
    return { group: logs.group, allowed }
  }

  private createAlarms({ context, volumeGb, alertsTopicArn }: LogSearchArgs): pulumi.Output<string>[] {
    const alarm = (
      part: string,
      says: string,
      metric: string,
      statistic: 'Maximum' | 'Minimum',
      fires: { when: 'atLeast' | 'below'; threshold: number; periods: number },
    ) =>
      createAlarm(
        this.named(part),
        {
          context,
          says,
          runbook: 'log-pipeline-quiet',
          topicArn: alertsTopicArn,
          metric: {
            namespace: 'AWS/ES',
            name: metric,
            dimensions: { DomainName: this.domainName, ClientId: context.accountId },
            statistic,
          },
          fires,
        },
        this.child(),
      ).arn
    return [
      alarm('red', 'Log search has lost lines it should have (status red).', 'ClusterStatus.red', 'Maximum', {
        when: 'atLeast',
        threshold: 1,
        periods: 2,
      }),
      // In MB; OpenSearch stops taking lines below a fifth of free space.
      alarm('full', 'The disks of log search are nearly full.', 'FreeStorageSpace', 'Minimum', {
        when: 'below',
        threshold: volumeGb * 1024 * 0.25,
        periods: 5,
      }),
    ]
  }
}
