import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { Bucket } from './bucket.ts'
import { Certificate } from './certificate.ts'
import { Component } from './component.ts'
import type { Context } from './context.ts'
import { ports } from './flows.ts'
import type { LogEndpoint } from './log-way.ts'

export interface LogBalancerArgs {
  context: Context
  /** The name that the certificate is for; a private zone makes it known in the VPC. */
  hostName: string
  /** ACM certificate that covers that name, or the delegated Route 53 zone to prove it in. */
  certificate: { arn: string } | { zoneId: string }
  network: {
    vpcId: pulumi.Input<string>
    subnetIds: pulumi.Input<string[]>
    securityGroupId: pulumi.Input<string>
  }
  /** KMS key of the class logs. */
  keyArn: pulumi.Input<string>
  /** Bucket that is told of every access to the balancer's log. */
  accessLogs: Bucket
  /** How long access logs are kept, in days. */
  logDays: number
}

/** The inputs of Logstash, by the port senders call. */
export const logInputs = { beats: ports.beats, jsonLines: ports.jsonLines } as const
export type LogInput = keyof typeof logInputs

/** TLS 1.2 and 1.3 with forward secrecy, AEAD ciphers only. */
const sslPolicy = 'ELBSecurityPolicy-TLS13-1-2-Res-2021-06'

/**
 * The way into the log pipeline: an internal balancer that ends TLS and opens it again towards Logstash, so that no
 * line crosses the network readable.
 */
export class LogBalancer extends Component {
  /** What senders call. */
  readonly endpoints: Record<LogInput, LogEndpoint>
  readonly targetGroups: Record<LogInput, aws.lb.TargetGroup>
  readonly listeners: Record<LogInput, aws.lb.Listener>
  /** `net/…`, as CloudWatch's metrics name it. */
  readonly metricName: pulumi.Output<string>

  constructor(name: string, args: LogBalancerArgs, options?: pulumi.ComponentResourceOptions) {
    super('LogBalancer', name, options)
    const { hostName, certificate } = args
    const balancer = this.createBalancer(args)
    const certificateArn =
      'arn' in certificate
        ? certificate.arn
        : new Certificate(
            this.named('certificate'),
            { domain: hostName, zoneId: certificate.zoneId },
            { parent: this },
          ).arn
    const inputs = Object.keys(logInputs) as LogInput[]
    const each = <Made>(make: (input: LogInput) => Made) =>
      Object.fromEntries(inputs.map((input) => [input, make(input)])) as Record<LogInput, Made>

    this.targetGroups = each((input) => this.createGroup(args, input))
    this.listeners = each((input) => this.createListener(input, balancer, certificateArn))
    this.createName(args, balancer)
    this.endpoints = each((input) => ({ host: args.hostName, port: logInputs[input] }))
    this.metricName = balancer.arnSuffix
    this.registerOutputs({ hostName: args.hostName, dnsName: balancer.dnsName })
  }

  private createBalancer({
    context,
    network,
    keyArn,
    accessLogs,
    logDays,
  }: LogBalancerArgs): aws.lb.LoadBalancer {
    const logs = new Bucket(
      this.named('logs'),
      {
        context,
        purpose: 'log-balancer-logs',
        keyArn,
        expireDays: logDays,
        accessLogs,
        grants: (arn) => {
          const from = {
            principals: { Service: ['delivery.logs.amazonaws.com'] },
            conditions: { StringEquals: { 'aws:SourceAccount': context.accountId } },
          }
          return [
            { sid: 'SeeOwner', actions: ['s3:GetBucketAcl'], resources: [arn], ...from },
            {
              sid: 'DeliverAccessLogs',
              actions: ['s3:PutObject'],
              resources: [`${arn}/AWSLogs/${context.accountId}/*`],
              ...from,
            },
          ]
        },
      },
      { parent: this },
    )
    return new aws.lb.LoadBalancer(
      this.named('nlb'),
      {
        loadBalancerType: 'network',
        internal: true,
        subnets: network.subnetIds,
        // A network balancer made without a security group never gets one.
        securityGroups: [network.securityGroupId],
        enableCrossZoneLoadBalancing: true,
        enableDeletionProtection: !context.disposable,
        accessLogs: { bucket: logs.bucketName, enabled: true },
      },
      this.kept(context, { dependsOn: [logs] }),
    )
  }

  private createGroup({ network }: LogBalancerArgs, input: LogInput): aws.lb.TargetGroup {
    return new aws.lb.TargetGroup(
      this.named(input),
      {
        vpcId: network.vpcId,
        targetType: 'ip',
        port: logInputs[input],
        protocol: 'TLS',
        deregistrationDelay: 60,
        healthCheck: { protocol: 'TCP', interval: 10, healthyThreshold: 2, unhealthyThreshold: 2 },
      },
      this.child(),
    )
  }

  private createListener(
    input: LogInput,
    balancer: aws.lb.LoadBalancer,
    certificateArn: pulumi.Input<string>,
  ): aws.lb.Listener {
    return new aws.lb.Listener(
      this.named(input),
      {
        loadBalancerArn: balancer.arn,
        port: logInputs[input],
        // The time-out of a TLS listener is 350 s and cannot be set; senders keep connections alive.
        protocol: 'TLS',
        sslPolicy,
        certificateArn,
        defaultActions: [{ type: 'forward', targetGroupArn: this.targetGroups[input].arn }],
      },
      this.child(),
    )
  }

  private createName({ context, hostName, network }: LogBalancerArgs, balancer: aws.lb.LoadBalancer): void {
    const zone = new aws.route53.Zone(
      this.named('zone'),
      {
        name: hostName,
        comment: 'Log pipeline, inside the VPC only',
        vpcs: [{ vpcId: network.vpcId }],
        forceDestroy: context.disposable,
      },
      this.kept(context),
    )
    new aws.route53.Record(
      this.named('address'),
      {
        zoneId: zone.zoneId,
        name: hostName,
        type: 'A',
        aliases: [{ name: balancer.dnsName, zoneId: balancer.zoneId, evaluateTargetHealth: true }],
      },
      this.child(),
    )
  }
}
