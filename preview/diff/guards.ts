/** Resources that only guard others: without them the guard is down. */
const guards = new Map<string, string>([
  ['aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy', 'card numbers are no longer masked'],
  ['aws:s3/bucketPolicy:BucketPolicy', 'plain HTTP is no longer refused'],
  ['aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock', 'the bucket may be made public'],
  ['aws:s3/bucketVersioning:BucketVersioning', 'overwritten objects are lost'],
  [
    'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration',
    'no key of ours encrypts it',
  ],
  ['aws:s3/bucketLogging:BucketLogging', 'accesses are no longer logged'],
  ['aws:s3/bucketNotification:BucketNotification', 'files that arrive start nothing'],
  ['aws:cloudwatch/metricAlarm:MetricAlarm', 'nobody is told'],
  ['aws:budgets/budget:Budget', 'nobody is told of costs'],
  ['aws:costexplorer/anomalyMonitor:AnomalyMonitor', 'nobody is told of costs'],
  ['aws:costexplorer/anomalySubscription:AnomalySubscription', 'nobody is told of costs'],
  ['aws:sns/topicSubscription:TopicSubscription', 'somebody is no longer told'],
  ['aws:wafv2/webAclAssociation:WebAclAssociation', 'no firewall stands before the front door'],
  [
    'aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration',
    'what the firewall refuses is not logged',
  ],
  ['aws:ec2/flowLog:FlowLog', 'connections are no longer logged'],
  ['aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig', 'events that fail are lost'],
  ['aws:lambda/eventSourceMapping:EventSourceMapping', 'nobody reads the queue'],
  [
    'aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter',
    'its lines no longer reach archive or search',
  ],
  ['aws:appautoscaling/policy:Policy', 'it no longer grows with its load'],
  ['aws:lb/listener:Listener', 'nobody listens'],
])

/** What a guard guarded; undefined for resources that are no guard. */
export const guardWords = (type: string): string | undefined =>
  guards.get(type.replace('aws:alb/', 'aws:lb/'))
