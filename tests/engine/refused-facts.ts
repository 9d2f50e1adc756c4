import type { Row } from './refused-inputs.ts'

const group = {
  token: 'aws:lb/targetGroup:TargetGroup',
  right: { port: 443, protocol: 'HTTPS', vpcId: 'vpc-1', targetType: 'ip' },
}
const forward = (weights: number[]) => ({
  defaultActions: [
    { type: 'forward', forward: { targetGroups: weights.map((weight, i) => ({ arn: `arn:${i}`, weight })) } },
  ],
})
const listener = {
  token: 'aws:lb/listener:Listener',
  right: {
    loadBalancerArn: 'arn:x',
    protocol: 'HTTPS',
    port: 443,
    certificateArn: 'arn:c',
    ...forward([90, 10]),
  },
}
const attachment = {
  token: 'aws:lb/targetGroupAttachment:TargetGroupAttachment',
  right: { targetGroupArn: 'arn:t', targetId: '10.1.2.3', availabilityZone: 'all', port: 443 },
}
const daemon = {
  token: 'aws:ecs/service:Service',
  right: { cluster: 'arn:c', taskDefinition: 'arn:t', schedulingStrategy: 'DAEMON', launchType: 'EC2' },
}
const lambda = {
  token: 'aws:lambda/function:Function',
  right: { role: 'arn:r', runtime: 'nodejs20.x', handler: 'index.handler', s3Bucket: 'b', s3Key: 'k' },
}
const card = 'arn:aws:dataprotection::aws:data-identifier/CreditCardNumber'
const protection = (audit: unknown, mask: unknown, maskConfig: unknown = {}, version = '2021-06-01') => ({
  policyDocument: JSON.stringify({
    Name: 'cards',
    Version: version,
    Statement: [
      { Sid: 'audit', DataIdentifier: audit, Operation: { Audit: { FindingsDestination: {} } } },
      { Sid: 'mask', DataIdentifier: mask, Operation: { Deidentify: { MaskConfig: maskConfig } } },
    ],
  }),
})
const masking = {
  token: 'aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy',
  right: { logGroupName: 'g', ...protection([card], [card]) },
}
const charges = {
  token: 'aws:cloudwatch/metricAlarm:MetricAlarm',
  right: {
    comparisonOperator: 'GreaterThanThreshold',
    evaluationPeriods: 1,
    metricName: 'EstimatedCharges',
    namespace: 'AWS/Billing',
    period: 21_600,
    statistic: 'Maximum',
    threshold: 100,
    dimensions: { Currency: 'USD' },
  },
}
const anomaly = {
  token: 'aws:costexplorer/anomalySubscription:AnomalySubscription',
  right: {
    frequency: 'IMMEDIATE',
    monitorArnLists: ['arn:m'],
    subscribers: [{ type: 'SNS', address: 'arn:s' }],
    thresholdExpression: {
      dimension: {
        key: 'ANOMALY_TOTAL_IMPACT_ABSOLUTE',
        values: ['100'],
        matchOptions: ['GREATER_THAN_OR_EQUAL'],
      },
    },
  },
}
const eventInvoke = {
  token: 'aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig',
  right: { functionName: 'f', maximumRetryAttempts: 2, maximumEventAgeInSeconds: 3600 },
}
const cluster = {
  token: 'aws:rds/cluster:Cluster',
  right: { engine: 'aurora-postgresql', engineVersion: '17.6', databaseName: 'pay', skipFinalSnapshot: true },
}
const parameters = {
  token: 'aws:rds/clusterParameterGroup:ClusterParameterGroup',
  right: {
    family: 'aurora-postgresql17',
    parameters: [{ name: 'rds.logical_replication', value: '1', applyMethod: 'pending-reboot' }],
  },
}

/** What AWS would refuse, row by row. The numbers are those of AWS.md's facts. */
export const refusedFacts: Record<string, Row> = {
  'a generated name that is too long': {
    ...group,
    name: 'payments-on-premises-targets',
    wrong: {},
    says: ['name', 'longer than 32'],
  },
  'fact 1: a public IP target': {
    ...attachment,
    wrong: { targetId: '203.0.113.7' },
    says: ['targetId', '10.0.0.0/8'],
  },
  'fact 2: a zone that is none': {
    ...attachment,
    wrong: { availabilityZone: 'any' },
    says: ['availabilityZone', 'all'],
  },
  'fact 3: a target group name that ends in a hyphen': {
    ...group,
    wrong: { name: 'api-' },
    says: ['name', 'at an edge'],
  },
  'fact 3: a target group name of 33 characters': {
    ...group,
    wrong: { name: 'a'.repeat(33) },
    says: ['name', 'at most 32'],
  },
  'fact 4: a weight of 1000': {
    ...listener,
    wrong: forward([1000, 0]),
    says: ['targetGroups[0].weight', '0 to 999'],
  },
  'fact 4: six groups in a forward': { ...listener, wrong: forward([1, 1, 1, 1, 1, 1]), says: ['at most 5'] },
  'fact 8: an idle time-out of a TLS listener': {
    ...listener,
    right: { ...listener.right, protocol: 'TLS' },
    wrong: { tcpIdleTimeoutSeconds: 600 },
    says: ['tcpIdleTimeoutSeconds', '350 s, fixed'],
  },
  'fact 8: an idle time-out of 59 s': {
    ...listener,
    right: { loadBalancerArn: 'arn:x', protocol: 'TCP', port: 5432, ...forward([1]) },
    wrong: { tcpIdleTimeoutSeconds: 59 },
    says: ['tcpIdleTimeoutSeconds', '60 to 6000'],
  },
  'a TLS listener without a certificate': {
    ...listener,
    wrong: { certificateArn: undefined },
    says: ['certificateArn'],
  },
  'fact 13: a daemon with a capacity provider': {
    ...daemon,
    wrong: { launchType: undefined, capacityProviderStrategies: [{ capacityProvider: 'hosts', weight: 1 }] },
    says: ['capacityProviderStrategies', 'daemon'],
  },
  'fact 14: a daemon with a count': { ...daemon, wrong: { desiredCount: 2 }, says: ['desiredCount'] },
  'fact 18: a capacity provider called ecs-hosts': {
    token: 'aws:ecs/capacityProvider:CapacityProvider',
    right: { name: 'hosts', autoScalingGroupProvider: { autoScalingGroupArn: 'arn:a' } },
    wrong: { name: 'ecs-hosts' },
    says: ['name', 'must not begin'],
  },
  'fact 24: masking with a configuration': {
    ...masking,
    wrong: protection([card], [card], { a: 1 }),
    says: ['MaskConfig'],
  },
  'fact 24: auditing what is not masked': {
    ...masking,
    wrong: protection([card], []),
    says: ['the same DataIdentifier'],
  },
  'fact 24: an old version': {
    ...masking,
    wrong: protection([card], [card], {}, '2012-10-17'),
    says: ['2021-06-01'],
  },
  'fact 25: an identifier that is no ARN': {
    ...masking,
    wrong: protection(['CreditCardNumber'], ['CreditCardNumber']),
    says: ['data-identifier/CreditCardNumber'],
  },
  'fact 26: charges every hour': { ...charges, wrong: { period: 3600 }, says: ['period', '21600'] },
  'fact 26: charges without a currency': {
    ...charges,
    wrong: { dimensions: {} },
    says: ['dimensions.Currency'],
  },
  'fact 27: anomalies to a topic once a day': {
    ...anomaly,
    wrong: { frequency: 'DAILY' },
    says: ['frequency', 'IMMEDIATE'],
  },
  'fact 27: anomalies without a threshold': {
    ...anomaly,
    wrong: { thresholdExpression: undefined },
    says: ['thresholdExpression'],
  },
  'fact 30: three retries': {
    ...eventInvoke,
    wrong: { maximumRetryAttempts: 3 },
    says: ['maximumRetryAttempts', '0 to 2'],
  },
  'fact 30: events older than six hours': {
    ...eventInvoke,
    wrong: { maximumEventAgeInSeconds: 86_400 },
    says: ['maximumEventAgeInSeconds', '60 to 21600'],
  },
  'fact 32: SnapStart for Node.js': {
    ...lambda,
    wrong: { snapStart: { applyOn: 'PublishedVersions' } },
    says: ['snapStart'],
  },
  'fact 33: a function name of 65 characters': {
    ...lambda,
    wrong: { name: 'f'.repeat(65) },
    says: ['name', '64'],
  },
  'fact 34: groups replaced by none': {
    ...lambda,
    wrong: { replaceSecurityGroupsOnDestroy: true },
    says: ['replacementSecurityGroupIds'],
  },
  'fact 37: logical replication at once': {
    ...parameters,
    wrong: { parameters: [{ name: 'rds.logical_replication', value: '1', applyMethod: 'immediate' }] },
    says: ['parameters[0].applyMethod', 'pending-reboot'],
  },
  'ruling 16: zones of a cluster': {
    ...cluster,
    wrong: { availabilityZones: ['us-east-1a'] },
    says: ['availabilityZones', 'leave it out'],
  },
  'fact 39: a search domain in capitals': {
    token: 'aws:opensearch/domain:Domain',
    right: { domainName: 'lift-logs' },
    wrong: { domainName: 'LiftLogs' },
    says: ['domainName', 'lower-case'],
  },
  'a retention of 45 days': {
    token: 'aws:cloudwatch/logGroup:LogGroup',
    right: { retentionInDays: 30 },
    wrong: { retentionInDays: 45 },
    says: ['retentionInDays', 'no retention of 45'],
  },
  'a FIFO queue without .fifo': {
    token: 'aws:sqs/queue:Queue',
    right: { name: 'a.fifo', fifoQueue: true },
    wrong: { name: 'a' },
    says: ['name', '.fifo'],
  },
}
