import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { Component } from './component.ts'
import { type ContainerArgs, containerDefinition } from './container.ts'
import type { Context } from './context.ts'
import { json } from './json.ts'
import { policy, type Statement, trust } from './policies.ts'
import { type StartArgs, startStatements } from './task-start.ts'

export interface HostTaskArgs extends StartArgs {
  context: Context
  /** Family is named after it. */
  purpose: string
  container: ContainerArgs
  /** MiB of the host that the task may have at most, and is killed beyond. */
  memoryMib: number
  /** What its code may do in AWS. Default: nothing. */
  mayDo?: Statement[]
  /** Folders of the host it sees: `{ volume: 'registry', path: '/usr/share/filebeat/data', hostPath: … }`. */
  hostFolders?: { volume: string; path: string; hostPath: string; writable: boolean }[]
}

/** A Docker log file of a container, before Filebeat has read it: this many of this size, then the oldest goes. */
const logFile = { 'max-size': '50m', 'max-file': '5' }

/**
 * A task on a container host, in bridge mode: with a hop limit of 1 it does not reach the host's credentials. It
 * writes its lines to the host, where Filebeat reads them.
 */
export class HostTask extends Component {
  readonly definition: aws.ecs.TaskDefinition
  readonly taskRole: aws.iam.Role

  constructor(name: string, args: HostTaskArgs, options?: pulumi.ComponentResourceOptions) {
    super('HostTask', name, options)
    const { context, purpose, container, memoryMib, mayDo = [], hostFolders = [] } = args
    const assumeRolePolicy = trust('ecs-tasks.amazonaws.com', context.accountId)
    this.taskRole = new aws.iam.Role(this.named('task'), { assumeRolePolicy }, this.child())
    const start = new aws.iam.Role(this.named('start'), { assumeRolePolicy }, this.child())
    const grant = (part: string, role: aws.iam.Role, statements: Statement[]) =>
      new aws.iam.RolePolicy(this.named(part), { role: role.name, policy: policy(statements) }, this.child())
    const grants = [grant('start', start, startStatements(args))]
    if (mayDo.length > 0) grants.push(grant('task', this.taskRole, mayDo))

    this.definition = new aws.ecs.TaskDefinition(
      this.named('definition'),
      {
        family: context.name('taskFamily', purpose),
        requiresCompatibilities: ['EC2'],
        networkMode: 'bridge',
        taskRoleArn: this.taskRole.arn,
        executionRoleArn: start.arn,
        volumes: [
          ...hostFolders.map(({ volume, hostPath }) => ({ name: volume, hostPath })),
          ...(container.writable ?? []).map(({ volume }) => ({ name: volume })),
        ],
        containerDefinitions: json([onHost(args, memoryMib, hostFolders)]),
      },
      this.child({ dependsOn: grants }),
    )
    this.registerOutputs({ taskDefinitionArn: this.definition.arn })
  }
}

/** A container as the host runs it: its lines in a file of Docker's, its memory bounded. */
function onHost(
  { container, context }: HostTaskArgs,
  memory: number,
  hostFolders: NonNullable<HostTaskArgs['hostFolders']>,
): Record<string, unknown> {
  const base = containerDefinition(container, { context, group: '' })
  return {
    ...base,
    memory,
    mountPoints: [
      ...(base.mountPoints as object[]),
      ...hostFolders.map(({ volume, path, writable }) => ({
        sourceVolume: volume,
        containerPath: path,
        readOnly: !writable,
      })),
    ],
    logConfiguration: { logDriver: 'json-file', options: logFile },
  }
}
