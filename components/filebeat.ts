import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { Component } from './component.ts'
import type { ContainerHosts } from './container-hosts.ts'
import type { Context } from './context.ts'
import { HostTask } from './host-task.ts'
import type { LogEndpoint } from './log-way.ts'

export interface FilebeatArgs {
  context: Context
  hosts: ContainerHosts
  /** With digest. */
  image: string
  repositoryArn: pulumi.Input<string>
  /** The pipeline's Beats input. */
  pipeline: LogEndpoint
}

/**
 * One Filebeat on every container host. Its registry lies on the host, so that after a restart it goes on where it
 * was. It runs as root, because Docker's log files are root's, and has no capability besides reading them.
 */
export class Filebeat extends Component {
  constructor(name: string, args: FilebeatArgs, options?: pulumi.ComponentResourceOptions) {
    super('Filebeat', name, options)
    const { context, hosts, image, repositoryArn, pipeline } = args
    const task = new HostTask(
      this.named('task'),
      {
        context,
        purpose: 'filebeat',
        memoryMib: 256,
        repositoryArns: [repositoryArn],
        container: {
          name: 'filebeat',
          image,
          user: '0:0',
          environment: {
            LOGSTASH_HOST: pipeline.host,
            LOGSTASH_PORT: String(pipeline.port),
            STACK: context.stack,
          },
        },
        hostFolders: [
          {
            volume: 'registry',
            path: '/usr/share/filebeat/data',
            hostPath: '/var/lib/filebeat',
            writable: true,
          },
          {
            volume: 'containers',
            path: '/var/lib/docker/containers',
            hostPath: '/var/lib/docker/containers',
            writable: false,
          },
        ],
      },
      { parent: this },
    )
    new aws.ecs.Service(
      this.named('service'),
      {
        name: context.name('service', 'filebeat'),
        cluster: hosts.clusterArn,
        taskDefinition: task.definition.arn,
        // A daemon has neither a number of tasks nor a capacity provider.
        schedulingStrategy: 'DAEMON',
        launchType: 'EC2',
        deploymentMinimumHealthyPercent: 0,
        deploymentMaximumPercent: 100,
        deploymentCircuitBreaker: { enable: true, rollback: true },
        propagateTags: 'SERVICE',
        enableExecuteCommand: false,
      },
      this.child({ dependsOn: [hosts.association] }),
    )
    this.registerOutputs({ taskDefinitionArn: task.definition.arn })
  }
}
