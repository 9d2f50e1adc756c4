import type * as pulumi from '@pulumi/pulumi'
import type { Context } from './context.ts'

/** A container of a task, closed unless said otherwise. */
export interface ContainerArgs {
  name: string
  /** With digest: `333333333333.dkr.ecr.eu-central-1.amazonaws.com/…@sha256:…`. */
  image: pulumi.Input<string>
  command?: string[]
  /** TCP ports it listens on. Default: none. */
  ports?: number[]
  /** Plain values; a name that sounds like a secret is refused. */
  environment?: Record<string, pulumi.Input<string>>
  /** Name → ARN in Secrets Manager; the execution role reads it when the task starts. */
  secrets?: Record<string, pulumi.Input<string>>
  /** Command that answers 0 when healthy, as ECS runs it. */
  health?: string[]
  /** Containers that must be healthy before this one starts. */
  after?: string[]
  /** Folders it may write to; everything else is read-only. Default: none. */
  writable?: { volume: string; path: string }[]
  /** User and group it runs as. Default: 65532:65532, nobody. */
  user?: string
  /** Seconds between SIGTERM and SIGKILL, at most 120 on Fargate. Default: 30. */
  stopTimeoutSeconds?: number
  /** Does the task end when it ends? Default: true. */
  essential?: boolean
  /** CPU units of the task kept for it. Default: shared. */
  cpu?: number
}

export interface LogTo {
  context: Pick<Context, 'region'>
  /** Name of the log group. */
  group: string
}

const soundsSecret = /(PASSWORD|PASSWD|SECRET|TOKEN|PRIVATE_KEY|API_KEY|CREDENTIAL)(?!_ARN$|_ID$)/i
const urlWithPassword = /:\/\/[^/\s:@]+:[^/\s@]+@/

/** Names of variables that would show a secret to everybody who may read a task definition. */
export const plainSecrets = (environment: Record<string, pulumi.Input<string>>): string[] =>
  Object.entries(environment)
    .filter(
      ([name, value]) =>
        soundsSecret.test(name) || (typeof value === 'string' && urlWithPassword.test(value)),
    )
    .map(([name]) => name)

/** A container definition as ECS takes it: read-only root, no new rights, no capabilities, logs to CloudWatch. */
export function containerDefinition(args: ContainerArgs, log: LogTo): Record<string, unknown> {
  const { name, image, command, ports = [], environment = {}, secrets = {}, health, after = [] } = args
  const { writable = [], user = '65532:65532', stopTimeoutSeconds = 30, essential = true, cpu } = args
  const [shown] = plainSecrets(environment)
  if (shown)
    throw new Error(`container ${name}: ${shown} would show a secret; give its ARN in secrets instead`)
  return {
    name,
    image,
    essential,
    user,
    privileged: false,
    readonlyRootFilesystem: true,
    stopTimeout: stopTimeoutSeconds,
    linuxParameters: { initProcessEnabled: true, capabilities: { drop: ['ALL'] } },
    ...(cpu !== undefined && { cpu }),
    ...(command && { command }),
    portMappings: ports.map((containerPort) => ({ containerPort, protocol: 'tcp' })),
    environment: Object.entries(environment).map(([key, value]) => ({ name: key, value })),
    secrets: Object.entries(secrets).map(([key, valueFrom]) => ({ name: key, valueFrom })),
    mountPoints: writable.map(({ volume, path }) => ({
      sourceVolume: volume,
      containerPath: path,
      readOnly: false,
    })),
    dependsOn: after.map((containerName) => ({ containerName, condition: 'HEALTHY' })),
    ...(health && {
      healthCheck: { command: ['CMD', ...health], interval: 10, timeout: 5, retries: 3, startPeriod: 30 },
    }),
    logConfiguration: {
      logDriver: 'awslogs',
      options: {
        'awslogs-group': log.group,
        'awslogs-region': log.context.region,
        'awslogs-stream-prefix': name,
        mode: 'non-blocking',
        'max-buffer-size': '25m',
      },
    },
  }
}
