import { from, gone, type Look, less, more, off, older, on, to, wider } from './looks.ts'

/** What keeps a resource safe, by the end of the property's path, and how its loss looks. The grave ones come first. */
export const safeties: { ends: RegExp; look: Look; grave?: true }[] = [
  {
    ends: /deletionProtection(Enabled)?$|enableDeletionProtection$/,
    look: off('anybody may delete it'),
    grave: true,
  },
  { ends: /skipFinalSnapshot$/, look: on('no snapshot is left when it is deleted'), grave: true },
  { ends: /force(Destroy|Delete)$/, look: on('it may be deleted with all that is in it'), grave: true },
  { ends: /deleteAutomatedBackups$/, look: on('its backups go with it'), grave: true },
  { ends: /publiclyAccessible$/, look: on('the internet reaches it'), grave: true },
  {
    ends: /storageEncrypted$|encrypt(ed|AtRest\.enabled|ion\.enabled)$/i,
    look: off('it is no longer encrypted'),
    grave: true,
  },
  {
    ends: /kms(Master)?Key(Id|Arn)$|kmsMasterKeyId$|encryptionConfigurations?$/,
    look: gone('no key of ours encrypts it'),
    grave: true,
  },
  { ends: /sseAlgorithm$/, look: from('aws:kms', 'no key of ours encrypts it'), grave: true },
  { ends: /enableKeyRotation$/, look: off('the key is no longer rotated'), grave: true },
  {
    ends: /(block|ignore)Public(Acls|Policy)$|restrictPublicBuckets$/,
    look: off('the bucket may be made public'),
    grave: true,
  },
  {
    ends: /assignPublicIp$|associatePublicIpAddress$|mapPublicIpOnLaunch$/,
    look: on('it gets a public address'),
    grave: true,
  },
  { ends: /privileged$/, look: on('the container owns its host'), grave: true },
  { ends: /readonlyRootFilesystem$/, look: off('the container may change its own files'), grave: true },
  { ends: /httpTokens$/, look: from('required', 'credentials of the host leak through IMDSv1'), grave: true },
  { ends: /httpPutResponseHopLimit$/, look: more("containers reach the host's credentials"), grave: true },
  {
    ends: /versioningConfiguration\.status$/,
    look: from('Enabled', 'overwritten objects are lost'),
    grave: true,
  },
  { ends: /pointInTimeRecovery(\.enabled)?$/, look: off('there is no way back to a moment'), grave: true },
  { ends: /backupRetentionPeriod$/, look: less('backups are kept for a shorter time'), grave: true },
  { ends: /retentionInDays$/, look: less('lines are kept for a shorter time'), grave: true },
  { ends: /retentionInDays$/, look: gone('lines are kept for ever'), grave: true },
  {
    ends: /defaultRetention\.(days|years)$/,
    look: less('evidence is locked for a shorter time'),
    grave: true,
  },
  {
    ends: /(expiration|noncurrentVersionExpiration)\.(days|noncurrentDays)$/,
    look: less('objects go earlier'),
    grave: true,
  },
  { ends: /(deletionWindow|recoveryWindow)InDays$/, look: less('there is less time to undo a deletion') },
  { ends: /messageRetentionSeconds$/, look: less('messages that nobody reads are lost earlier') },
  { ends: /redrivePolicy$/, look: gone('messages that fail are lost'), grave: true },
  {
    ends: /maxReceiveCount$|maximumRetryAttempts$|maximumEventAgeInSeconds$/,
    look: less('events are given up earlier'),
  },
  { ends: /destinationConfig(\.onFailure)?$/, look: gone('events that fail are lost'), grave: true },
  { ends: /functionResponseTypes$/, look: gone('a batch with one bad message is done again as a whole') },
  { ends: /vpcConfig$|vpcOptions$/, look: gone('it leaves the network'), grave: true },
  { ends: /permissionsBoundary$/, look: gone('nothing bounds what the role may get'), grave: true },
  { ends: /Condition$/, look: gone('a policy holds without its condition'), grave: true },
  { ends: /alarmActions$/, look: gone('nobody is told when the alarm fires'), grave: true },
  { ends: /treatMissingData$/, look: from('breaching', 'silence is no alarm any more') },
  { ends: /actionsEnabled$/, look: off('nobody is told when the alarm fires'), grave: true },
  { ends: /accessLogs(\.enabled)?$/, look: off('accesses are no longer logged') },
  { ends: /enforceHttps$|nodeToNodeEncryption\.enabled$/, look: off('plain text is spoken'), grave: true },
  {
    ends: /parameters\[rds\.force_ssl\](\.value)?$/,
    look: (_old, now) => (now === '1' ? undefined : 'logins without TLS are let in'),
    grave: true,
  },
  {
    ends: /parameters\[rds\.logical_replication\](\.value)?$/,
    look: (_old, now) => (now === '1' ? undefined : 'there is no replication, and no way back'),
    grave: true,
  },
  {
    ends: /parameters\[log_parameter_max_length[^\]]*\](\.value)?$/,
    look: (_old, now) => (now === '0' ? undefined : 'card numbers reach the log'),
    grave: true,
  },
  {
    ends: /parameters\[ssl_min_protocol_version\](\.value)?$/,
    look: from('TLSv1.2', 'older TLS is spoken'),
    grave: true,
  },
  {
    ends: /protocol$/,
    look: (old, now) =>
      /^(HTTPS|TLS)$/.test(String(old)) && !/^(HTTPS|TLS)$/.test(String(now))
        ? 'plain text is spoken'
        : undefined,
    grave: true,
  },
  {
    ends: /sslPolicy$|tlsSecurityPolicy$/,
    look: (old, now) => (old === undefined ? undefined : `TLS is now as ${String(now ?? 'AWS likes')}`),
  },
  { ends: /certificateArn$/, look: gone('there is no certificate'), grave: true },
  { ends: /deploymentCircuitBreaker\.(enable|rollback)$/, look: off('a deployment that fails stays') },
  { ends: /deploymentMinimumHealthyPercent$/, look: less('a deployment may leave fewer tasks') },
  { ends: /(desiredCount|minCapacity|minSize|instanceCount)$/, look: less('fewer carry the load') },
  { ends: /reservedConcurrentExecutions$/, look: less('fewer may run at once; others wait or are refused') },
  { ends: /reservedConcurrentExecutions$/, look: gone('it may take all the concurrency of the account') },
  { ends: /visibilityTimeoutSeconds$/, look: less('a message may be worked on twice') },
  { ends: /protectFromScaleIn$/, look: off('a host goes while it works') },
  { ends: /performanceInsightsEnabled$|monitoring\.enabled$|monitoringInterval$/, look: off('less is seen') },
  {
    ends: /iamDatabaseAuthenticationEnabled$|manageMasterUserPassword$/,
    look: off('logins are kept otherwise'),
    grave: true,
  },
  { ends: /(cidrIpv4|cidrIpv6)$/, look: wider },
  { ends: /rules\[[^\]]+\]$/, look: gone('a rule is gone') },
  { ends: /overrideAction\.none$/, look: gone('the firewall only counts'), grave: true },
  { ends: /statement\.rateBasedStatement\.limit$/, look: more('more requests are let through') },
  {
    ends: /engineVersion$/,
    look: (old, now) => (older(now, old) ? 'AWS refuses an older version' : undefined),
    grave: true,
  },
  { ends: /engineVersion$/, look: (old) => `${String(old)} is left; it restarts` },
  {
    // Known to the engine only.
    ends: /targetGroups\[\d+\]\.arn$/,
    look: (old, now) =>
      [old, now].every((arn) => String(arn).startsWith('arn:'))
        ? 'requests go to another target group'
        : undefined,
    grave: true,
  },
  {
    ends: /instanceClass$|clusterConfig\.instanceType$/,
    look: (old, now) =>
      `every instance restarts as ${String(now)}, one after the other; ${String(old)} before`,
  },
  {
    ends: /applyImmediately$|allowMajorVersionUpgrade$|autoMinorVersionUpgrade$/,
    look: on('it changes outside its window'),
  },
  { ends: /enableExecuteCommand$/, look: on('a shell in the container is possible'), grave: true },
  { ends: /\buser$/, look: to('0', 'the container runs as root'), grave: true },
  { ends: /timeUnit$|notifications\[[^\]]*\]$/, look: gone('people hear of costs later') },
]
