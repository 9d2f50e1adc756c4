import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { Component } from './component.ts'
import { ContainerHosts, type ContainerHostsArgs } from './container-hosts.ts'
import { Filebeat } from './filebeat.ts'
import { HostTask, type HostTaskArgs } from './host-task.ts'
import type { LogEndpoint } from './log-way.ts'
import { outside, refuse } from './refuse.ts'

export interface HostServiceArgs extends ContainerHostsArgs {
  /** The worker: its container, memory, rights. */
  task: Omit<HostTaskArgs, 'context'>
  /** How many workers. */
  tasks: number
  filebeat: {
    /** With digest. */
    image: string
    repositoryArn: pulumi.Input<string>
    /** The pipeline's Beats input. */
    pipeline: LogEndpoint
  }
}

/** A worker on container hosts of its own (ECS on EC2), with Filebeat on each of them. */
export class HostService extends Component {
  /** Known in a preview. */
  readonly serviceName: string
  readonly hosts: ContainerHosts
  readonly task: HostTask

  constructor(name: string, args: HostServiceArgs, options?: pulumi.ComponentResourceOptions) {
    super('HostService', name, options)
    const { task, tasks, filebeat, ...hosts } = args
    const { context } = hosts
    refuse('HostService', name, outside('tasks', tasks, 1, 1000))
    this.serviceName = context.name('service', task.purpose)
    this.hosts = new ContainerHosts(this.named('hosts'), hosts, { parent: this })
    new Filebeat(this.named('filebeat'), { context, hosts: this.hosts, ...filebeat }, { parent: this })
    this.task = new HostTask(this.named('worker'), { context, ...task }, { parent: this })
    new aws.ecs.Service(
      this.named('service'),
      {
        name: this.serviceName,
        cluster: this.hosts.clusterArn,
        taskDefinition: this.task.definition.arn,
        desiredCount: tasks,
        capacityProviderStrategies: [{ capacityProvider: this.hosts.capacityProvider, weight: 1 }],
        orderedPlacementStrategies: [
          { type: 'spread', field: 'attribute:ecs.availability-zone' },
          { type: 'spread', field: 'instanceId' },
        ],
        deploymentMinimumHealthyPercent: 100,
        deploymentMaximumPercent: 200,
        deploymentCircuitBreaker: { enable: true, rollback: true },
        propagateTags: 'SERVICE',
        enableEcsManagedTags: true,
        enableExecuteCommand: false,
        forceDelete: context.disposable,
        waitForSteadyState: true,
      },
      // A service that outlives the association keeps its hosts protected, and `destroy` hangs.
      this.child({ dependsOn: [this.hosts.association] }),
    )
    this.registerOutputs({ serviceName: this.serviceName, clusterName: this.hosts.clusterName })
  }
}
