import type * as pulumi from '@pulumi/pulumi'
import type { TaskSize } from '../settings/sizes.ts'
import { createAlarm } from './alarm.ts'
import type { Bucket } from './bucket.ts'
import type { Cluster } from './cluster.ts'
import { Component } from './component.ts'
import type { Context } from './context.ts'
import { DeadLetters } from './dead-letters.ts'
import { FargateService } from './fargate-service.ts'
import { LogArchive } from './log-archive.ts'
import { LogBalancer, type LogInput, logInputs } from './log-balancer.ts'
import type { LogDestinations } from './log-group.ts'
import { LogSearch, type LogSearchArgs } from './log-search.ts'
import { type LogEndpoint, logEnvironment } from './log-way.ts'
import { type LogWay, LogWays } from './log-ways.ts'
import { logstashContainer, logstashStatements } from './logstash-container.ts'
import { VpcFunction, type VpcFunctionArgs } from './vpc-function.ts'

export interface LogPipelineArgs {
  context: Context
  cluster: Cluster
  /** Name inside the VPC that the certificate is for: logs.pay.example.com. */
  hostName: string
  certificate: { arn: string } | { zoneId: string }
  logstash: { size: TaskSize; tasks: number; image: string; repositoryArn: pulumi.Input<string> }
  search: Pick<LogSearchArgs, 'instanceType' | 'instances' | 'volumeGb'>
  /** The log shipper: code and size. */
  shipper: Pick<VpcFunctionArgs, 'code' | 'memoryMb' | 'timeoutSeconds' | 'concurrency'>
  /** The ways in use in this phase; each is watched for silence. */
  ways: LogWay[]
  network: {
    vpcId: pulumi.Input<string>
    privateSubnetIds: pulumi.Input<string[]>
    dataSubnetIds: pulumi.Output<string[]>
    /** How many zones. */
    zones: number
    groups: Record<'logBalancer' | 'logstash' | 'search' | 'functions', pulumi.Input<string>>
  }
  keys: { logs: pulumi.Input<string>; messages: pulumi.Input<string> }
  /** Bucket that is told of every access to the others. */
  accessLogs: Bucket
  logDays: number
  archiveDays: number
  alertsTopicArn: pulumi.Input<string>
}

/**
 * Log lines of functions (CloudWatch Logs → shipper), hosts (Beats) and services (JSON over TLS) in one Logstash, to
 * search and the archive; those of functions reach the archive through Firehose. What cannot be taken is kept as dead
 * letters.
 */
export class LogPipeline extends Component {
  /** Where services and hosts send. */
  readonly endpoints: Record<LogInput, LogEndpoint>
  /** Where log groups send. */
  readonly destinations: LogDestinations
  readonly archive: LogArchive
  readonly search: LogSearch
  readonly alarmArns: pulumi.Output<string>[]

  constructor(name: string, args: LogPipelineArgs, options?: pulumi.ComponentResourceOptions) {
    super('LogPipeline', name, options)
    const { context, keys, network, accessLogs, logDays, alertsTopicArn } = args
    const common = { context, keyArn: keys.logs, accessLogs, logDays, alertsTopicArn }
    this.archive = new LogArchive(
      this.named('archive'),
      { ...common, archiveDays: args.archiveDays },
      { parent: this },
    )
    this.search = new LogSearch(
      this.named('search'),
      {
        ...common,
        ...args.search,
        network: {
          subnetIds: network.dataSubnetIds,
          zones: network.zones,
          securityGroupId: network.groups.search,
        },
      },
      { parent: this },
    )
    const balancer = new LogBalancer(
      this.named('in'),
      {
        ...common,
        hostName: args.hostName,
        certificate: args.certificate,
        network: {
          vpcId: network.vpcId,
          subnetIds: network.privateSubnetIds,
          securityGroupId: network.groups.logBalancer,
        },
      },
      { parent: this },
    )
    this.endpoints = balancer.endpoints
    const logstash = this.createLogstash(args, balancer)
    const shipper = this.createShipper(args)
    this.destinations = {
      shipperArn: shipper.invokeArn,
      archive: { streamArn: this.archive.streamArn, roleArn: this.archive.writerRoleArn },
      ready: [...shipper.trigger.ready, ...this.archive.ready],
    }
    const ways = new LogWays(
      this.named('ways'),
      { context, ways: args.ways, logstashGroup: logstash.task.logGroupName, alertsTopicArn },
      { parent: this, dependsOn: [logstash.task] },
    )
    this.alarmArns = [
      ...ways.alarmArns,
      ...shipper.alarmArns,
      ...this.archive.alarmArns,
      ...this.search.alarmArns,
      ...this.createHealthAlarms(args, balancer),
    ]
    this.registerOutputs({ hostName: args.hostName, archiveBucket: this.archive.bucket.bucketName })
  }

  private createLogstash(args: LogPipelineArgs, balancer: LogBalancer): FargateService {
    const { context, cluster, logstash, network, keys, logDays } = args
    const parts = {
      context,
      image: logstash.image,
      searchEndpoint: this.search.endpoint,
      searchArn: this.search.domainArn,
      archive: this.archive.bucket,
      keyArn: keys.logs,
    }
    return new FargateService(
      this.named('logstash'),
      {
        context,
        cluster,
        tasks: { least: logstash.tasks, most: logstash.tasks },
        network: { subnetIds: network.privateSubnetIds, securityGroupId: network.groups.logstash },
        // A JVM that compiles its pipelines first.
        graceSeconds: 180,
        targets: (Object.keys(logInputs) as LogInput[]).map((input) => ({
          targetGroupArn: balancer.targetGroups[input].arn,
          listener: balancer.listeners[input],
          container: 'logstash',
          port: logInputs[input],
        })),
        task: {
          purpose: 'logstash',
          size: logstash.size,
          containers: [logstashContainer(parts)],
          mayDo: logstashStatements(parts),
          repositoryArns: [logstash.repositoryArn],
          logsKeyArn: keys.logs,
          logDays,
        },
      },
      { parent: this },
    )
  }

  private createShipper(args: LogPipelineArgs): VpcFunction {
    const { context, keys, network, logDays, alertsTopicArn } = args
    const deadLetters = new DeadLetters(
      this.named('dead'),
      { context, keyArn: keys.messages, alertsTopicArn },
      { parent: this },
    )
    return new VpcFunction(
      this.named('shipper'),
      {
        context,
        description: 'Sends log lines of CloudWatch Logs to Logstash',
        ...args.shipper,
        invocation: {
          kind: 'async',
          by: {
            principal: `logs.${context.region}.amazonaws.com`,
            sourceArn: context.arn('logs', `log-group:${context.path('*')}:*`),
          },
          maxRetries: 2,
          maxEventAgeSeconds: 6 * 3600,
          onFailure: deadLetters,
        },
        network: { subnetIds: network.privateSubnetIds, securityGroupId: network.groups.functions },
        keys: { environmentArn: keys.logs, logsArn: keys.logs },
        environment: logEnvironment(this.endpoints.jsonLines),
        statements: [],
        // Its own lines stay where they are: shipped, they would make it ship them again, without end.
        logs: { retentionDays: logDays, ship: undefined },
        alertsTopicArn,
      },
      { parent: this, dependsOn: [deadLetters] },
    )
  }

  private createHealthAlarms(
    { context, alertsTopicArn }: LogPipelineArgs,
    balancer: LogBalancer,
  ): pulumi.Output<string>[] {
    return (Object.keys(logInputs) as LogInput[]).map(
      (input) =>
        createAlarm(
          this.named(`${input}-down`),
          {
            context,
            says: `No Logstash task takes ${input === 'beats' ? 'lines of hosts' : 'JSON lines'}.`,
            runbook: 'log-pipeline-quiet',
            topicArn: alertsTopicArn,
            metric: {
              namespace: 'AWS/NetworkELB',
              name: 'HealthyHostCount',
              dimensions: {
                LoadBalancer: balancer.metricName,
                TargetGroup: balancer.targetGroups[input].arnSuffix,
              },
              statistic: 'Maximum',
            },
            fires: { when: 'below', threshold: 1, periods: 3, missing: 'alarm' },
          },
          this.child(),
        ).arn,
    )
  }
}
