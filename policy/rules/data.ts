import { type Json, unknown } from '../../preview/values.ts'
import { at, grantsOf, ofType, refers } from '../find.ts'
import type { Resource, Rule } from '../rule.ts'
import { holdsState } from '../state.ts'

const isOn = (value: Json | undefined) => value === true || value === 'true'

/** Per type, what its encryption with a key of ours looks like; the words say what is wrong otherwise. */
const atRest: Record<string, (resource: Resource, all: readonly Resource[]) => boolean> = {
  'aws:rds/cluster:Cluster': ({ inputs }) => isOn(inputs.storageEncrypted) && Boolean(inputs.kmsKeyId),
  'aws:s3/bucket:Bucket': (bucket, all) =>
    ofType(all, 'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration')
      .filter((each) => refers(each, 'bucket', bucket))
      .some(({ inputs }) => JSON.stringify(inputs.rules ?? '').includes('"aws:kms"')),
  'aws:dynamodb/table:Table': ({ inputs }) =>
    isOn(at(inputs.serverSideEncryption, 'enabled')) && Boolean(at(inputs.serverSideEncryption, 'kmsKeyArn')),
  'aws:sqs/queue:Queue': ({ inputs }) => Boolean(inputs.kmsMasterKeyId),
  'aws:sns/topic:Topic': ({ inputs }) => Boolean(inputs.kmsMasterKeyId),
  'aws:secretsmanager/secret:Secret': ({ inputs }) => Boolean(inputs.kmsKeyId),
  'aws:opensearch/domain:Domain': ({ inputs }) => isOn(at(inputs.encryptAtRest, 'enabled')),
  'aws:ecr/repository:Repository': ({ inputs }) =>
    /"KMS"/.test(JSON.stringify(inputs.encryptionConfigurations ?? '')),
  'aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream': ({ inputs }) =>
    isOn(at(inputs.serverSideEncryption, 'enabled')),
  'aws:ec2/launchTemplate:LaunchTemplate': ({ inputs }) =>
    ((inputs.blockDeviceMappings ?? []) as Json[]).every((disk) => isOn(at(disk, 'ebs', 'encrypted'))),
  'aws:ebs/volume:Volume': ({ inputs }) => isOn(inputs.encrypted),
  'aws:efs/fileSystem:FileSystem': ({ inputs }) => isOn(inputs.encrypted),
}

const encryptedAtRest: Rule = {
  name: 'encrypted-at-rest',
  level: 'mandatory',
  lesson: 'A snapshot, a disk or a bucket that leaves the account is readable, unless a key of ours says no.',
  mend: 'Name the KMS key of its class of data.',
  check: (resources) =>
    Object.entries(atRest).flatMap(([type, isEncrypted]) =>
      ofType(resources, type)
        .filter((resource) => !isEncrypted(resource, resources))
        .map((resource) => ({ resource, says: 'is not encrypted with a key of ours' })),
    ),
}

const modernTls = /TLS13-1-[23]|TLS-1-2|FS-1-2/

/** Per type, why it speaks plain text; undefined when it does not. */
const inTransit: Record<string, (resource: Resource, all: readonly Resource[]) => string | undefined> = {
  'aws:lb/listener:Listener': ({ inputs }) => {
    const protocol = String(inputs.protocol ?? 'HTTP')
    if (/"type":"redirect"/.test(JSON.stringify(inputs.defaultActions ?? ''))) return undefined
    if (!/^(HTTPS|TLS)$/.test(protocol)) return `listens without TLS: ${protocol} on port ${inputs.port}`
    return modernTls.test(String(inputs.sslPolicy ?? ''))
      ? undefined
      : `speaks old TLS: ${inputs.sslPolicy ?? "AWS's default"}`
  },
  'aws:lb/targetGroup:TargetGroup': ({ inputs }) =>
    inputs.protocol === 'HTTP' ? `sends requests on in plain text: HTTP on port ${inputs.port}` : undefined,
  'aws:s3/bucket:Bucket': (bucket, all) => {
    const policies = ofType(all, 'aws:s3/bucketPolicy:BucketPolicy').filter((each) =>
      refers(each, 'bucket', bucket),
    )
    // The engine does not know the policy of a bucket that is yet to be made; the offline preview does.
    if (policies.some(({ inputs }) => inputs.policy === unknown)) return undefined
    return policies
      .flatMap((each) => grantsOf(each))
      .some(({ allow, condition }) => !allow && at(condition, 'Bool', 'aws:SecureTransport') === 'false')
      ? undefined
      : 'takes plain HTTP'
  },
  'aws:rds/clusterParameterGroup:ClusterParameterGroup': ({ inputs }) =>
    ((inputs.parameters ?? []) as Json[]).some(
      (each) => at(each, 'name') === 'rds.force_ssl' && String(at(each, 'value')) === '1',
    )
      ? undefined
      : 'lets clients log in without TLS',
  'aws:opensearch/domain:Domain': ({ inputs }) =>
    isOn(at(inputs.domainEndpointOptions, 'enforceHttps')) && isOn(at(inputs.nodeToNodeEncryption, 'enabled'))
      ? undefined
      : 'speaks plain text',
}

const encryptedInTransit: Rule = {
  name: 'encrypted-in-transit',
  level: 'mandatory',
  lesson:
    'Inside a network somebody listens sooner or later, and card data in plain text is a breach that must be told.',
  mend: 'Use HTTPS or TLS 1.2 and later.',
  check: (resources) =>
    Object.entries(inTransit).flatMap(([type, fault]) =>
      ofType(resources, type).flatMap((resource) => {
        const says = fault(resource, resources)
        return says ? [{ resource, says }] : []
      }),
    ),
}

const protectState: Rule = {
  name: 'protect-what-holds-state',
  level: 'mandatory',
  lesson: 'A renamed line once deleted a database; with protect Pulumi stops and asks instead.',
  mend: 'Make it with this.kept(context, …), or set protect.',
  check: (resources, { disposable }) =>
    disposable
      ? []
      : ofType(resources, ...holdsState)
          .filter(({ protect }) => !protect)
          .map((resource) => ({ resource, says: 'holds state and is not protected' })),
}

export const dataRules: Rule[] = [encryptedAtRest, encryptedInTransit, protectState]
