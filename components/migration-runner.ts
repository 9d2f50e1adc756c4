import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import type { TaskSize } from '../settings/sizes.ts'
import { Bucket } from './bucket.ts'
import type { Cluster } from './cluster.ts'
import { Component } from './component.ts'
import type { ContainerArgs } from './container.ts'
import type { Context } from './context.ts'
import { FargateTask } from './fargate-task.ts'
import type { Statement } from './policies.ts'
import { type RunnerRightsArgs, runnerRights, shardRights, watchdogRights } from './runner-rights.ts'
import { sessionFolders, sessionRights } from './task-session.ts'

export interface MigrationRunnerArgs {
  context: Context
  cluster: Cluster
  subnetIds: pulumi.Input<string[]>
  securityGroupId: pulumi.Input<string>
  image: string
  repositoryArn: string
  /** Where the runbooks read what they work on; see outputs.ts. */
  environment: Record<string, pulumi.Input<string>>
  rights: Omit<RunnerRightsArgs, 'context' | 'journalArn' | 'deskArn' | 'clusterName' | 'keys'>
  keys: RunnerRightsArgs['keys'] & { logs: pulumi.Input<string> }
  /** How long journals and evidence are kept, in days. */
  evidenceDays: number
  /** Bucket that is told of every access to the journal. */
  accessLogs: Bucket
  logDays: number
  /** Is the source left for good? Then there is nothing to guard, and the watchdog would not start. */
  sourceRemoved: boolean
}

const temporary = { volume: 'temporary', path: '/tmp' }
/** zx writes a page as a module beside it. */
const pages = { volume: 'pages', path: '/lift/runbooks' }

const runnerSize: TaskSize = { cpu: '2 vCPU', memory: '4 GB' }
const watchdogSize: TaskSize = { cpu: '0.25 vCPU', memory: '0.5 GB' }
/** The servers do the hashing: a shard waits for them, and needs about 120 MB. */
const shardSize: TaskSize = { cpu: '0.25 vCPU', memory: '0.5 GB' }

/**
 * What carries out a runbook, what finishes or undoes a switchover when it is gone, and what compares a share of the
 * rows: three tasks, in the network, because a laptop reaches neither the database nor the gates. Journal and evidence
 * go to a bucket that nobody empties.
 */
export class MigrationRunner extends Component {
  /** Of journals, decisions and evidence; known before `up`. */
  readonly journalBucket: string
  /** Of the lock, and of what the watchdog guards; known before `up`. */
  readonly deskBucket: string
  /** Started by hand for each runbook. */
  readonly runnerFamily: string
  /** Started by hand, a task a share of the rows: runbooks/verify-shards.md. */
  readonly shardFamily: string
  /** Runs all the time. Known before `up`. */
  readonly watchdogService: string

  constructor(name: string, args: MigrationRunnerArgs, options?: pulumi.ComponentResourceOptions) {
    super('MigrationRunner', name, options)
    const { context, cluster, keys } = args
    const journal = new Bucket(
      this.named('journal'),
      {
        context,
        purpose: 'journal',
        keyArn: keys.evidence,
        lockDays: args.evidenceDays,
        accessLogs: args.accessLogs,
      },
      { parent: this },
    )
    // A sign of life each second must not be kept for years, and a lock must be given back.
    const desk = new Bucket(
      this.named('desk'),
      { context, purpose: 'desk', keyArn: keys.evidence, oldVersionDays: 1, accessLogs: args.accessLogs },
      { parent: this },
    )
    const rights = {
      ...args.rights,
      context,
      journalArn: journal.arn,
      deskArn: desk.arn,
      clusterName: cluster.clusterName,
      keys,
    }
    const environment = {
      ...args.environment,
      JOURNAL_BUCKET: journal.bucketName,
      DESK_BUCKET: desk.bucketName,
      // Entries are on this disk before they are on their way to the bucket.
      XDG_STATE_HOME: '/tmp',
    }

    // In production a person types the stack's name, so the runner is the one task that people get into.
    const mayDo = [...runnerRights(rights), ...sessionRights(context, cluster)]
    const runner = this.createTask('runner', args, runnerSize, mayDo, {
      environment,
      writable: [temporary, pages, ...sessionFolders],
    })
    const watchdog = this.createTask('watchdog', args, watchdogSize, watchdogRights(rights), {
      environment,
      command: ['watchdog'],
    })
    const shard = this.createTask('shard', args, shardSize, shardRights(rights), {
      environment,
      command: ['verify'],
    })
    this.watchdogService = context.name('service', 'watchdog')
    new aws.ecs.Service(
      this.named('watchdog-service'),
      {
        name: this.watchdogService,
        cluster: cluster.cluster.arn,
        taskDefinition: watchdog.definition.arn,
        desiredCount: args.sourceRemoved ? 0 : 1,
        launchType: 'FARGATE',
        // Two watchdogs do no harm, since a decision is made once; none would.
        deploymentMinimumHealthyPercent: 100,
        deploymentMaximumPercent: 200,
        deploymentCircuitBreaker: { enable: true, rollback: true },
        networkConfiguration: {
          assignPublicIp: false,
          subnets: args.subnetIds,
          securityGroups: [args.securityGroupId],
        },
        propagateTags: 'SERVICE',
        enableExecuteCommand: false,
        waitForSteadyState: true,
      },
      this.child(),
    )
    this.journalBucket = journal.bucketName
    this.deskBucket = desk.bucketName
    this.runnerFamily = runner.family
    this.shardFamily = shard.family
    this.registerOutputs({
      journalBucket: this.journalBucket,
      deskBucket: this.deskBucket,
      runnerFamily: this.runnerFamily,
      shardFamily: this.shardFamily,
      watchdogService: this.watchdogService,
    })
  }

  private createTask(
    purpose: 'runner' | 'watchdog' | 'shard',
    args: MigrationRunnerArgs,
    size: TaskSize,
    mayDo: Statement[],
    container: Partial<ContainerArgs>,
  ): FargateTask {
    return new FargateTask(
      this.named(purpose),
      {
        context: args.context,
        purpose,
        size,
        containers: [
          {
            name: purpose,
            image: args.image,
            writable: [temporary],
            stopTimeoutSeconds: 120,
            ...container,
          },
        ],
        mayDo,
        repositoryArns: [args.repositoryArn],
        logsKeyArn: args.keys.logs,
        logDays: args.logDays,
      },
      { parent: this },
    )
  }
}
