/** Databases, buckets, queues, logs, search, costs (API references and user guides). */

import { given, isKnown, object, objects, type Rule, refuseIf, within } from './rule.ts'

const rdsCluster: Rule = (inputs) => [
  ...refuseIf(
    given(inputs.availabilityZones),
    'availabilityZones',
    'leave it out: AWS adds a third zone, and the next up replaces the cluster',
  ),
  ...refuseIf(
    isKnown(inputs.databaseName) && !/^[A-Za-z]\w{0,62}$/.test(String(inputs.databaseName)),
    'databaseName',
    'must begin with a letter and have at most 63 letters, digits or underscores',
  ),
  ...refuseIf(
    inputs.manageMasterUserPassword === true && given(inputs.masterPassword),
    'masterPassword',
    'is not given where AWS manages the password',
  ),
  ...within(inputs, 'backupRetentionPeriod', 1, 35),
]

const parameterGroup: Rule = (inputs) =>
  objects(inputs.parameters).flatMap((parameter, i) =>
    refuseIf(
      parameter.name === 'rds.logical_replication' && parameter.applyMethod !== 'pending-reboot',
      `parameters[${i}].applyMethod`,
      'rds.logical_replication is static: pending-reboot',
    ),
  )

const bucket: Rule = ({ bucket: name }) =>
  refuseIf(
    isKnown(name) &&
      !/^(?!xn--|sthree-)(?!.*(?:\.\.|-s3alias$|--ol-s3$))[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(
        String(name),
      ),
    'bucket',
    `must be 3 to 63 lower-case letters, digits, dots and hyphens; is «${name}»`,
  )

const queue: Rule = (inputs) => [
  ...within(inputs, 'visibilityTimeoutSeconds', 0, 43_200),
  ...within(inputs, 'messageRetentionSeconds', 60, 1_209_600),
  ...refuseIf(
    (inputs.fifoQueue === true) !== String(inputs.name).endsWith('.fifo') && isKnown(inputs.name),
    'name',
    'ends in .fifo where the queue is FIFO, and only there',
  ),
  ...badJson(inputs.redrivePolicy, 'redrivePolicy', ['deadLetterTargetArn', 'maxReceiveCount']),
]

const badJson = (text: unknown, property: string, keys: string[]) => {
  if (typeof text !== 'string' || !isKnown(text)) return []
  try {
    const value = JSON.parse(text)
    return keys.flatMap((key) => refuseIf(value?.[key] === undefined, property, `has no ${key}`))
  } catch {
    return refuseIf(true, property, 'is not JSON')
  }
}

const retention = new Set([
  0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
])
const logGroup: Rule = ({ retentionInDays }) =>
  refuseIf(
    typeof retentionInDays === 'number' && !retention.has(retentionInDays),
    'retentionInDays',
    `CloudWatch Logs has no retention of ${retentionInDays} days`,
  )

const dataProtection: Rule = ({ policyDocument }) => {
  if (typeof policyDocument !== 'string' || !isKnown(policyDocument)) return []
  const property = 'policyDocument'
  let policy: ReturnType<typeof object>
  try {
    policy = object(JSON.parse(policyDocument))
  } catch {
    return refuseIf(true, property, 'is not JSON')
  }
  const statements = objects(policy.Statement)
  const operations = statements.map((statement) => object(statement.Operation))
  const masks = operations.filter((operation) => given(operation.Deidentify))
  const identifiers = statements.map(({ DataIdentifier }) => JSON.stringify(DataIdentifier))
  return [
    ...refuseIf(policy.Version !== '2021-06-01', property, 'Version must be 2021-06-01'),
    ...refuseIf(
      statements.length !== 2 || masks.length !== 1 || operations.filter((o) => given(o.Audit)).length !== 1,
      property,
      'must have two statements: one Audit, one Deidentify',
    ),
    ...refuseIf(
      new Set(identifiers).size > 1,
      property,
      'Audit and Deidentify must have the same DataIdentifier',
    ),
    ...refuseIf(
      masks.some((o) => JSON.stringify(object(o.Deidentify).MaskConfig) !== '{}'),
      property,
      'Deidentify.MaskConfig must be an empty object',
    ),
    ...refuseIf(
      statements.some(({ DataIdentifier }) =>
        (Array.isArray(DataIdentifier) ? DataIdentifier : []).some(
          (id) => !String(id).startsWith('arn:aws:dataprotection::aws:data-identifier/'),
        ),
      ),
      property,
      'a DataIdentifier is an ARN such as arn:aws:dataprotection::aws:data-identifier/CreditCardNumber',
    ),
  ]
}

const alarm: Rule = (inputs) =>
  refuseIf(
    inputs.metricName === 'EstimatedCharges' && Number(inputs.period) < 21_600,
    'period',
    'EstimatedCharges comes every 6 hours: at least 21600',
  ).concat(
    refuseIf(
      inputs.metricName === 'EstimatedCharges' && object(inputs.dimensions).Currency !== 'USD',
      'dimensions.Currency',
      'EstimatedCharges needs Currency USD',
    ),
  )

const anomalySubscription: Rule = (inputs) => [
  ...refuseIf(
    objects(inputs.subscribers).some(({ type }) => type === 'SNS') && inputs.frequency !== 'IMMEDIATE',
    'frequency',
    'a topic is told IMMEDIATE only',
  ),
  ...refuseIf(!given(inputs.thresholdExpression), 'thresholdExpression', 'is needed'),
]

const searchDomain: Rule = ({ domainName }) =>
  refuseIf(
    isKnown(domainName) && !/^[a-z][a-z0-9-]{2,27}$/.test(String(domainName)),
    'domainName',
    `must be 3 to 28 lower-case letters, digits and hyphens; is «${domainName}»`,
  )

const secret: Rule = (inputs) => {
  const days = inputs.recoveryWindowInDays
  return refuseIf(
    typeof days === 'number' && days !== 0 && (days < 7 || days > 30),
    'recoveryWindowInDays',
    'must be 0, or 7 to 30',
  )
}

const key: Rule = (inputs) => within(inputs, 'deletionWindowInDays', 7, 30)

const dashboard: Rule = (inputs) => badJson(inputs.dashboardBody, 'dashboardBody', ['widgets'])

const webAcl: Rule = (inputs) => {
  const priorities = objects(inputs.rules).map(({ priority }) => priority)
  return refuseIf(new Set(priorities).size !== priorities.length, 'rules', 'two rules have one priority')
}

export const data: Record<string, Rule[]> = {
  'aws:rds/cluster:Cluster': [rdsCluster],
  'aws:rds/clusterParameterGroup:ClusterParameterGroup': [parameterGroup],
  'aws:s3/bucket:Bucket': [bucket],
  'aws:sqs/queue:Queue': [queue],
  'aws:cloudwatch/logGroup:LogGroup': [logGroup],
  'aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy': [dataProtection],
  'aws:cloudwatch/metricAlarm:MetricAlarm': [alarm],
  'aws:cloudwatch/dashboard:Dashboard': [dashboard],
  'aws:costexplorer/anomalySubscription:AnomalySubscription': [anomalySubscription],
  'aws:opensearch/domain:Domain': [searchDomain],
  'aws:secretsmanager/secret:Secret': [secret],
  'aws:kms/key:Key': [key],
  'aws:wafv2/webAcl:WebAcl': [webAcl],
}
