import { type PolicyDocument, policy } from './policies.ts'

/** What every queue says: no plain HTTP. Who may send and receive stands in their own roles. */
export const queuePolicy = (queueArn: string): PolicyDocument =>
  policy([
    {
      sid: 'RefusePlainHttp',
      effect: 'Deny',
      actions: ['sqs:*'],
      resources: [queueArn],
      principals: '*',
      conditions: { Bool: { 'aws:SecureTransport': 'false' } },
    },
  ])
