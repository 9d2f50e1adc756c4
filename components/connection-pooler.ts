import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import type { TaskSize } from '../settings/sizes.ts'
import type { Cluster } from './cluster.ts'
import { Component } from './component.ts'
import type { Context } from './context.ts'
import { FargateTask } from './fargate-task.ts'
import { ports } from './flows.ts'
import { type PoolerTaskArgs, poolerContainers } from './pooler-task.ts'
import type { RouteStore } from './route-store.ts'

export interface ConnectionPoolerArgs {
  context: Context
  cluster: Cluster
  vpcId: pulumi.Input<string>
  subnetIds: pulumi.Input<string[]>
  groups: { poolerBalancer: pulumi.Input<string>; pooler: pulumi.Input<string> }
  size: TaskSize
  /** How many tasks; there is no scaling, since each is a write gate that the runbooks know. */
  tasks: number
  routeStore: RouteStore
  containers: Omit<PoolerTaskArgs, 'routeTable'>
  repositoryArns: pulumi.Input<string>[]
  keys: {
    /** Of the route store. */
    payments: pulumi.Input<string>
    secrets: pulumi.Input<string>
    logs: pulumi.Input<string>
  }
  logDays: number
}

/** Longest silence of a client that the balancer allows, in seconds; AWS takes 60 to 6000. */
const idleSeconds = 3600

/**
 * PgBouncer behind an internal balancer: the write gate of the switchover, and what keeps a burst of functions from
 * exhausting the database. PostgreSQL asks for TLS in band, so the balancer passes TCP on and PgBouncer has the
 * certificate.
 */
export class ConnectionPooler extends Component {
  readonly host: pulumi.Output<string>
  readonly port = ports.pooler
  /** Known before `up`. */
  readonly serviceName: string
  readonly agentPort = ports.agent

  constructor(name: string, args: ConnectionPoolerArgs, options?: pulumi.ComponentResourceOptions) {
    super('ConnectionPooler', name, options)
    const { context, cluster, routeStore, keys } = args
    this.serviceName = context.name('service', 'pooler')
    const { secrets } = args.containers

    const task = new FargateTask(
      this.named('task'),
      {
        context,
        purpose: 'pooler',
        size: args.size,
        containers: poolerContainers({ ...args.containers, routeTable: routeStore.tableName }),
        secretArns: Object.values(secrets),
        secretKeyArns: [keys.secrets],
        mayDo: [
          { sid: 'AgentReadsRoute', actions: ['dynamodb:GetItem'], resources: [routeStore.tableArn] },
          { sid: 'AgentDecryptsRoute', actions: ['kms:Decrypt'], resources: [keys.payments] },
        ],
        repositoryArns: args.repositoryArns,
        logsKeyArn: keys.logs,
        logDays: args.logDays,
      },
      { parent: this },
    )
    const balancer = this.createBalancer(args)
    const { group, listener } = this.createListener(args, balancer)
    new aws.ecs.Service(
      this.named('service'),
      {
        name: this.serviceName,
        cluster: cluster.cluster.arn,
        taskDefinition: task.definition.arn,
        desiredCount: args.tasks,
        launchType: 'FARGATE',
        availabilityZoneRebalancing: 'DISABLED',
        deploymentMinimumHealthyPercent: 100,
        deploymentMaximumPercent: 200,
        deploymentCircuitBreaker: { enable: true, rollback: true },
        healthCheckGracePeriodSeconds: 60,
        networkConfiguration: {
          assignPublicIp: false,
          subnets: args.subnetIds,
          securityGroups: [args.groups.pooler],
        },
        loadBalancers: [
          { targetGroupArn: group.arn, containerName: 'pgbouncer', containerPort: ports.pooler },
        ],
        propagateTags: 'SERVICE',
        enableExecuteCommand: false,
        waitForSteadyState: true,
      },
      this.child({ dependsOn: [listener] }),
    )
    this.host = balancer.dnsName
    this.registerOutputs({ host: this.host, serviceName: this.serviceName })
  }

  /** A network balancer takes security groups only if it was made with some. */
  private createBalancer({ context, subnetIds, groups }: ConnectionPoolerArgs): aws.lb.LoadBalancer {
    return new aws.lb.LoadBalancer(
      this.named('nlb'),
      {
        loadBalancerType: 'network',
        internal: true,
        subnets: subnetIds,
        securityGroups: [groups.poolerBalancer],
        enableCrossZoneLoadBalancing: true,
        enableDeletionProtection: !context.disposable,
      },
      this.kept(context),
    )
  }

  private createListener({ vpcId }: ConnectionPoolerArgs, balancer: aws.lb.LoadBalancer) {
    const group = new aws.lb.TargetGroup(
      this.named('sql'),
      {
        vpcId,
        targetType: 'ip',
        port: ports.pooler,
        protocol: 'TCP',
        // As long as PgBouncer waits for its clients after SIGTERM.
        deregistrationDelay: 120,
        // The agent answers only after it has read epoch and pause state.
        healthCheck: {
          protocol: 'HTTPS',
          port: String(ports.agent),
          path: '/healthy',
          matcher: '200',
          interval: 10,
          timeout: 5,
          healthyThreshold: 2,
          unhealthyThreshold: 2,
        },
      },
      this.child(),
    )
    const listener = new aws.lb.Listener(
      this.named('sql'),
      {
        loadBalancerArn: balancer.arn,
        port: ports.pooler,
        protocol: 'TCP',
        tcpIdleTimeoutSeconds: idleSeconds,
        defaultActions: [{ type: 'forward', targetGroupArn: group.arn }],
      },
      this.child(),
    )
    return { group, listener }
  }
}
