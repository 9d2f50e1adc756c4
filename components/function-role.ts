import type { Context } from './context.ts'
import { maySend } from './dead-letters.ts'
import { type Invocation, isAsync } from './invocation.ts'
import { anyResource, type Statement } from './policies.ts'

const interfaceActions = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
]

export interface FunctionRoleArgs {
  context: Context
  functionArn: string
  logGroupArn: string
  invocation: Invocation
}

/**
 * What every function may do besides its own work: write its log, send traces, and, for the Lambda service only, make
 * its network interfaces; the code itself may not.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
 */
export function functionStatements({ functionArn, logGroupArn, invocation }: FunctionRoleArgs): Statement[] {
  return [
    {
      sid: 'WriteOwnLog',
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [`${logGroupArn}:*`],
      calledBy: 'Lambda, which writes what the code prints',
    },
    {
      sid: 'SendTraces',
      actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
      resources: anyResource('X-Ray knows no resource for what is sent to it'),
      calledBy: 'Lambda, with tracingConfig mode Active',
    },
    {
      sid: 'MakeInterfaces',
      actions: interfaceActions,
      resources: anyResource('Lambda asks for these on everything before it makes a function in a VPC'),
      calledBy: 'Lambda, before the code runs; the next statement denies them to the code',
    },
    {
      sid: 'RefuseInterfacesToCode',
      effect: 'Deny',
      actions: interfaceActions,
      resources: ['*'],
      conditions: { ArnEquals: { 'lambda:SourceFunctionArn': functionArn } },
    },
    ...(isAsync(invocation)
      ? maySend(invocation.onFailure, 'Failures', 'Lambda, when an event has failed for good')
      : []),
    ...(invocation.kind === 'queue'
      ? [
          {
            sid: 'ReceiveMessages',
            actions: [
              'sqs:ReceiveMessage',
              'sqs:DeleteMessage',
              'sqs:GetQueueAttributes',
              'sqs:ChangeMessageVisibility',
            ],
            resources: [invocation.queue.queueArn],
          },
          { sid: 'DecryptMessages', actions: ['kms:Decrypt'], resources: [invocation.queue.keyArn] },
        ]
      : []),
  ]
}
