import * as pulumi from '@pulumi/pulumi'
import { Bucket } from '../../components/bucket.ts'
import { DeadLetters } from '../../components/dead-letters.ts'
import { Keys } from '../../components/keys.ts'
import type { LogDestinations } from '../../components/log-group.ts'
import { VpcFunction, type VpcFunctionArgs } from '../../components/vpc-function.ts'
import type { Given } from './build.ts'

export const alertsTopicArn = 'arn:aws:sns:eu-central-1:333333333333:alerts'

/** Where log lines would go, without a pipeline. */
export const ship: LogDestinations = {
  shipperArn: 'arn:aws:lambda:eu-central-1:333333333333:function:shipper',
  archive: {
    streamArn: 'arn:aws:firehose:eu-central-1:333333333333:deliverystream/logs',
    roleArn: 'arn:aws:iam::333333333333:role/logs',
  },
  ready: [],
}

/** What is told of every access to buckets. */
export const accessLogs = ({ context }: Given) =>
  new Bucket('accessLogs', { context, purpose: 'access-logs', keyArn: 'none' })

export const network = { subnetIds: ['subnet-1', 'subnet-2'], securityGroupId: 'sg-functions' }

/** Arguments that a function can be built with; a queue for its failures is made. */
export function functionArgs({ context }: Given): VpcFunctionArgs {
  const keys = new Keys('keys', { context })
  const onFailure = new DeadLetters('failures', { context, keyArn: keys.arns.messages, alertsTopicArn })
  return {
    context,
    description: 'Does something',
    code: { bundle: 'something' },
    memoryMb: 512,
    timeoutSeconds: 30,
    concurrency: 10,
    invocation: {
      kind: 'async',
      by: { principal: 'sns.amazonaws.com', sourceArn: 'arn:aws:sns:eu-central-1:333333333333:events' },
      maxRetries: 2,
      maxEventAgeSeconds: 3600,
      onFailure,
    },
    network,
    keys: { environmentArn: keys.arns.payments, logsArn: keys.arns.logs },
    environment: { STAGE: pulumi.output('prod') },
    statements: [],
    logs: { retentionDays: 400, ship },
    alertsTopicArn,
  }
}

/** Builds a function with some arguments exchanged. */
export const makeFunction =
  (change: (args: VpcFunctionArgs) => Partial<VpcFunctionArgs> = () => ({})) =>
  (given: Given) => {
    const args = functionArgs(given)
    return void new VpcFunction('worker', { ...args, ...change(args) })
  }
