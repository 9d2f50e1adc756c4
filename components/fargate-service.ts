import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import type { Cluster } from './cluster.ts'
import { Component } from './component.ts'
import type { Context } from './context.ts'
import { FargateTask, type FargateTaskArgs } from './fargate-task.ts'
import { outside, refuse } from './refuse.ts'

/** A load balancer's target group that a container of the tasks answers for. */
export interface Target {
  targetGroupArn: pulumi.Input<string>
  container: string
  port: number
  /** ECS refuses a target group that no listener uses yet, so the service waits for this. */
  listener: pulumi.Resource
}

export interface FargateServiceArgs {
  context: Context
  cluster: Cluster
  /** Containers, size, roles and log; see {@link FargateTaskArgs}. */
  task: Omit<FargateTaskArgs, 'context'>
  /** Least and most tasks; ECS moves between them by CPU. Equal: no scaling. */
  tasks: { least: number; most: number }
  /** CPU at which tasks are added, in percent. Default: 60. */
  scaleAtPercent?: number
  /** Private subnets and the service's security group. */
  network: { subnetIds: pulumi.Input<string[]>; securityGroupId: pulumi.Input<string> }
  /** Default: nobody calls it. */
  targets?: Target[]
  /** How long a new task may be unhealthy, in seconds; with targets only. Default: 60. */
  graceSeconds?: number
}

/** Why tasks must not be run like this; pure. */
export function serviceProblems({ tasks, scaleAtPercent = 60, task }: FargateServiceArgs): string[] {
  const { least, most } = tasks
  return [
    ...outside('tasks.least', least, 1, 200),
    ...outside('tasks.most', most, least, 200),
    ...outside('scaleAtPercent', scaleAtPercent, 10, 90),
    ...(task.containers.length > 0 ? [] : ['there is no container; list one']),
  ]
}

/**
 * A service on Fargate. A deployment whose tasks do not get healthy is rolled back by the circuit breaker; the cluster
 * tells people of it, since to everything else it looks like success.
 */
export class FargateService extends Component {
  /** Known in a preview. */
  readonly serviceName: string
  readonly task: FargateTask
  readonly service: aws.ecs.Service

  constructor(name: string, args: FargateServiceArgs, options?: pulumi.ComponentResourceOptions) {
    super('FargateService', name, options)
    refuse('FargateService', name, serviceProblems(args))
    const { context, cluster, tasks, network, targets = [], graceSeconds = 60 } = args
    const scales = tasks.most > tasks.least
    this.serviceName = context.name('service', args.task.purpose)
    this.task = new FargateTask(this.named('task'), { context, ...args.task }, { parent: this })

    this.service = new aws.ecs.Service(
      this.named('service'),
      {
        name: this.serviceName,
        cluster: cluster.cluster.arn,
        taskDefinition: this.task.definition.arn,
        desiredCount: tasks.least,
        launchType: 'FARGATE',
        availabilityZoneRebalancing: 'ENABLED',
        deploymentMinimumHealthyPercent: 100,
        deploymentMaximumPercent: 200,
        deploymentCircuitBreaker: { enable: true, rollback: true },
        networkConfiguration: {
          assignPublicIp: false,
          subnets: network.subnetIds,
          securityGroups: [network.securityGroupId],
        },
        loadBalancers: targets.map(({ targetGroupArn, container, port }) => ({
          targetGroupArn,
          containerName: container,
          containerPort: port,
        })),
        ...(targets.length > 0 && { healthCheckGracePeriodSeconds: graceSeconds }),
        propagateTags: 'SERVICE',
        enableEcsManagedTags: true,
        enableExecuteCommand: false,
        forceDelete: context.disposable,
        waitForSteadyState: true,
      },
      this.child({
        dependsOn: targets.map(({ listener }) => listener),
        // Scaling moves the number; `up` must not move it back.
        ...(scales && { ignoreChanges: ['desiredCount'] }),
      }),
    )
    if (scales) this.createScaling(args)
    this.registerOutputs({ serviceName: this.serviceName, logGroup: this.task.logGroupName })
  }

  private createScaling({ cluster, tasks, scaleAtPercent = 60 }: FargateServiceArgs): void {
    const target = new aws.appautoscaling.Target(
      this.named('tasks'),
      {
        serviceNamespace: 'ecs',
        scalableDimension: 'ecs:service:DesiredCount',
        resourceId: `service/${cluster.clusterName}/${this.serviceName}`,
        minCapacity: tasks.least,
        maxCapacity: tasks.most,
      },
      this.child({ dependsOn: [this.service] }),
    )
    new aws.appautoscaling.Policy(
      this.named('cpu'),
      {
        policyType: 'TargetTrackingScaling',
        serviceNamespace: target.serviceNamespace,
        scalableDimension: target.scalableDimension,
        resourceId: target.resourceId,
        targetTrackingScalingPolicyConfiguration: {
          predefinedMetricSpecification: { predefinedMetricType: 'ECSServiceAverageCPUUtilization' },
          targetValue: scaleAtPercent,
          scaleOutCooldown: 30,
          scaleInCooldown: 300,
        },
      },
      this.child(),
    )
  }
}
