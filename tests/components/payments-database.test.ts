import test from 'ava'
import { clusterParameters, familyOf } from '../../components/database-parameters.ts'
import { auroraVersions } from '../../settings/schema.ts'
import { whole } from './build.ts'

const prod = whole({ stack: 'prod', phase: 'replicate' })
const dev = whole({ stack: 'dev', phase: 'replicate' })

const cluster = 'aws:rds/cluster:Cluster'
const instance = 'aws:rds/clusterInstance:ClusterInstance'

test('the database is kept: encrypted, protected, backed up, with a last snapshot', async (t) => {
  const { inputs, protect, propertyDependencies } = (await prod).get(cluster, 'database-cluster')
  t.true(protect)
  t.like(inputs, {
    storageEncrypted: true,
    deletionProtection: true,
    skipFinalSnapshot: false,
    finalSnapshotIdentifier: 'payments-lift-prod-payments-final',
    deleteAutomatedBackups: false,
    backupRetentionPeriod: 35,
    copyTagsToSnapshot: true,
  })
  t.regex(propertyDependencies.kmsKeyId?.[0] ?? '', /::keys-payments$/)
})

test('fact 35: a disposable one goes in one pass', async (t) => {
  const { inputs, protect } = (await dev).get(cluster, 'database-cluster')
  t.false(protect)
  t.like(inputs, { deletionProtection: false, skipFinalSnapshot: true, deleteAutomatedBackups: true })
})

test('no password is in the program: RDS keeps the owner, a runbook writes the others before they are needed', async (t) => {
  const { get, all } = await prod
  const { inputs } = get(cluster, 'database-cluster')
  t.is(inputs.manageMasterUserPassword, true)
  t.is(inputs.masterPassword, undefined)
  t.is(all('aws:secretsmanager/secretVersion:SecretVersion').length, 0)
  const foundation = await whole({ stack: 'prod', phase: 'foundation' })
  for (const role of ['target-application', 'target-replication', 'pooler-certificate', 'agent-key']) {
    const secret = foundation.get('aws:secretsmanager/secret:Secret', `lift-secrets-${role}`)
    t.true(secret.protect)
    t.is(secret.inputs.recoveryWindowInDays, 30)
  }
  t.is(
    (await dev).get('aws:secretsmanager/secret:Secret', 'lift-secrets-target-application').inputs
      .recoveryWindowInDays,
    0,
  )
})

test('fact 37: logical replication is static, in the group the cluster is made with', async (t) => {
  const { get } = await prod
  const group = get('aws:rds/clusterParameterGroup:ClusterParameterGroup', 'database-parameters')
  t.is(group.inputs.family, 'aurora-postgresql17')
  const parameter = clusterParameters.find(({ name }) => name === 'rds.logical_replication')
  t.deepEqual(parameter, { name: 'rds.logical_replication', value: '1', applyMethod: 'pending-reboot' })
  const { propertyDependencies } = get(cluster, 'database-cluster')
  t.deepEqual(propertyDependencies.dbClusterParameterGroupName, [group.urn])
})

test('TLS and SCRAM are forced, card numbers do not get into the log', (t) => {
  const value = (name: string) => clusterParameters.find((parameter) => parameter.name === name)?.value
  t.is(value('rds.force_ssl'), '1')
  t.is(value('ssl_min_protocol_version'), 'TLSv1.2')
  t.is(value('password_encryption'), 'scram-sha-256')
  t.is(value('log_parameter_max_length'), '0')
})

test('a statement whose caller has gone ends on the server, as services/payments asks for', async (t) => {
  const { get } = await prod
  const group = get('aws:rds/clusterParameterGroup:ClusterParameterGroup', 'database-parameters')
  const parameters = group.inputs.parameters as unknown as { name: string }[]
  t.like(
    parameters.find(({ name }) => name === 'client_connection_check_interval'),
    { value: '1000', applyMethod: 'immediate' },
  )
})

test('fact 16 of the rulings: version and family are pinned, zones of the cluster never set', async (t) => {
  const { get, all } = await prod
  t.is(get(cluster, 'database-cluster').inputs.engineVersion, '17.6')
  t.is(get(cluster, 'database-cluster').inputs.availabilityZones, undefined)
  for (const { inputs } of all(instance)) t.is(inputs.autoMinorVersionUpgrade, false)
  for (const version of auroraVersions) t.regex(familyOf(version), /^aurora-postgresql1[78]$/)
})

test('no instance has a public address, each is watched and protected', async (t) => {
  const instances = (await prod).all(instance)
  t.is(instances.length, 3)
  for (const { inputs, protect } of instances) {
    t.true(protect)
    t.like(inputs, { publiclyAccessible: false, performanceInsightsEnabled: true, monitoringInterval: 30 })
  }
})

test('its log group is there first, under the name that RDS writes to', async (t) => {
  const { get } = await prod
  const log = get('aws:cloudwatch/logGroup:LogGroup', 'database-log')
  t.is(log.inputs.name, '/aws/rds/cluster/payments-lift-prod-payments/postgresql')
  t.true(get(cluster, 'database-cluster').dependencies.includes(log.urn))
})

test('fact 38: what would replace the cluster does not change between phases', async (t) => {
  const { get } = await whole({ stack: 'prod', phase: 'cutover' })
  t.deepEqual(get(cluster, 'database-cluster').inputs, (await prod).get(cluster, 'database-cluster').inputs)
})
