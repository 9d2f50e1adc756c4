import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { Bucket } from './bucket.ts'
import { Certificate } from './certificate.ts'
import { Component } from './component.ts'
import type { Context } from './context.ts'
import { Firewall } from './firewall.ts'
import { ports } from './flows.ts'
import { forwardTo, type WeightedGroup } from './weights.ts'

export interface OnPremisesTargets {
  /** Private addresses of the payments API: 10.20.10.11. */
  addresses: string[]
  port: number
  /** Answers 200 when ready: /readyz. */
  healthPath: string
  /** Are they about to go? Then the target group is no longer protected. */
  leaving: boolean
}

export interface FrontDoorArgs {
  context: Context
  vpcId: pulumi.Input<string>
  publicSubnetIds: pulumi.Input<string[]>
  securityGroupId: pulumi.Input<string>
  /** pay.example.com */
  domain: string
  /** A certificate's ARN, or the delegated Route 53 zone to prove the domain in. */
  certificate: { arn: string } | { zoneId: string }
  /** undefined once the source is left for good. */
  onPremises: OnPremisesTargets | undefined
  /** Percent of requests that go to the cloud. */
  cloudWeight: number
  /** Answers 200 while the cloud's process can take requests, whatever its database does: /health. */
  cloudHealthPath: string
  /** Target groups besides the two, after them. Default: none. */
  others?: WeightedGroup[]
  idleTimeoutSeconds: number
  requestsPerFiveMinutes: number
  /** Bucket that is told of every access to the bucket of access logs. */
  accessLogs: Bucket
  logsKeyArn: pulumi.Input<string>
  /** How long access logs are kept, in days. */
  logDays: number
}

/** TLS 1.2 and 1.3 with forward secrecy, AEAD ciphers only. */
const sslPolicy = 'ELBSecurityPolicy-TLS13-1-2-Res-2021-06'

/** What splits requests between on-premises and cloud: the one public address of the system. */
export class FrontDoor extends Component {
  readonly dnsName: pulumi.Output<string>
  /** `app/…`, as CloudWatch's metrics name it. */
  readonly metricName: pulumi.Output<string>
  readonly loadBalancerArn: pulumi.Output<string>
  readonly cloudTargetGroup: aws.lb.TargetGroup
  readonly onPremisesTargetGroup: aws.lb.TargetGroup | undefined
  /** An ECS service of the cloud's target group must depend on it. */
  readonly listener: aws.lb.Listener

  constructor(name: string, args: FrontDoorArgs, options?: pulumi.ComponentResourceOptions) {
    super('FrontDoor', name, options)
    const { context, vpcId, onPremises, cloudWeight, others, logDays, domain, certificate } = args

    const logs = this.createLogBucket(args)
    const balancer = this.createBalancer(args, logs)
    const certificateArn =
      'arn' in certificate
        ? certificate.arn
        : new Certificate(this.named('certificate'), { domain, zoneId: certificate.zoneId }, { parent: this })
            .arn
    if ('zoneId' in certificate) this.createAddress(domain, certificate.zoneId, balancer)

    this.onPremisesTargetGroup = onPremises && this.createOnPremises(context, vpcId, onPremises)
    this.cloudTargetGroup = new aws.lb.TargetGroup(
      this.named('cloud'),
      {
        vpcId,
        targetType: 'ip',
        port: ports.service,
        protocol: 'HTTPS',
        deregistrationDelay: 60,
        healthCheck: this.health(args.cloudHealthPath),
      },
      this.child(),
    )
    this.listener = new aws.lb.Listener(
      this.named('https'),
      {
        loadBalancerArn: balancer.arn,
        port: ports.https,
        protocol: 'HTTPS',
        sslPolicy,
        certificateArn,
        routingHttpResponseServerEnabled: false,
        routingHttpResponseStrictTransportSecurityHeaderValue: 'max-age=31536000; includeSubDomains',
        routingHttpResponseXContentTypeOptionsHeaderValue: 'nosniff',
        defaultActions: [
          {
            type: 'forward',
            forward: {
              targetGroups: forwardTo(
                this.onPremisesTargetGroup?.arn,
                this.cloudTargetGroup.arn,
                cloudWeight,
                others,
              ),
              stickiness: { enabled: false, duration: 1 },
            },
          },
        ],
      },
      this.child(),
    )
    new Firewall(
      this.named('waf'),
      {
        context,
        resourceArn: balancer.arn,
        requestsPerFiveMinutes: args.requestsPerFiveMinutes,
        logsKeyArn: args.logsKeyArn,
        logDays,
      },
      { parent: this },
    )
    this.dnsName = balancer.dnsName
    this.metricName = balancer.arnSuffix
    this.loadBalancerArn = balancer.arn
    this.registerOutputs({ dnsName: this.dnsName, listenerArn: this.listener.arn })
  }

  private createLogBucket({ context, logDays, accessLogs }: FrontDoorArgs): Bucket {
    return new Bucket(
      this.named('logs'),
      {
        context,
        purpose: 'front-door-logs',
        // The one kind of delivery that refuses KMS keys; see waivers.ts.
        keyArn: 'none',
        expireDays: logDays,
        accessLogs,
        grants: (arn) => [
          {
            sid: 'DeliverAccessLogs',
            actions: ['s3:PutObject'],
            resources: [`${arn}/AWSLogs/${context.accountId}/*`],
            principals: { Service: ['logdelivery.elasticloadbalancing.amazonaws.com'] },
            conditions: {
              ArnLike: { 'aws:SourceArn': context.arn('elasticloadbalancing', 'loadbalancer/*') },
            },
          },
        ],
      },
      { parent: this },
    )
  }

  private createBalancer(args: FrontDoorArgs, logs: Bucket): aws.lb.LoadBalancer {
    const { context, publicSubnetIds, securityGroupId, idleTimeoutSeconds } = args
    const toBucket = { bucket: logs.bucketName, enabled: true }
    return new aws.lb.LoadBalancer(
      this.named('alb'),
      {
        loadBalancerType: 'application',
        internal: false,
        subnets: publicSubnetIds,
        securityGroups: [securityGroupId],
        dropInvalidHeaderFields: true,
        desyncMitigationMode: 'strictest',
        enableDeletionProtection: !context.disposable,
        idleTimeout: idleTimeoutSeconds,
        accessLogs: toBucket,
        connectionLogs: toBucket,
      },
      this.kept(context, { dependsOn: [logs] }),
    )
  }

  private createOnPremises(
    context: Context,
    vpcId: pulumi.Input<string>,
    { addresses, port, healthPath, leaving }: OnPremisesTargets,
  ): aws.lb.TargetGroup {
    const group = new aws.lb.TargetGroup(
      this.named('onPremises'),
      {
        vpcId,
        targetType: 'ip',
        port,
        protocol: 'HTTPS',
        deregistrationDelay: 60,
        healthCheck: this.health(healthPath),
      },
      { parent: this, protect: !context.disposable && !leaving },
    )
    for (const address of addresses) {
      new aws.lb.TargetGroupAttachment(
        this.named(`onPremises-${address}`),
        // Outside the VPC there is no zone to name.
        { targetGroupArn: group.arn, targetId: address, port, availabilityZone: 'all' },
        this.child(),
      )
    }
    return group
  }

  private createAddress(domain: string, zoneId: string, balancer: aws.lb.LoadBalancer): void {
    new aws.route53.Record(
      this.named('address'),
      {
        zoneId,
        name: domain,
        type: 'A',
        aliases: [{ name: balancer.dnsName, zoneId: balancer.zoneId, evaluateTargetHealth: true }],
      },
      this.child(),
    )
  }

  private health(path: string): aws.types.input.lb.TargetGroupHealthCheck {
    return {
      path,
      protocol: 'HTTPS',
      matcher: '200',
      interval: 10,
      timeout: 5,
      healthyThreshold: 2,
      unhealthyThreshold: 2,
    }
  }
}
