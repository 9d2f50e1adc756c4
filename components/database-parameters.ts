import type { types } from '@pulumi/aws'

type Parameter = types.input.rds.ClusterParameterGroupParameter

/** Aurora PostgreSQL's parameter family of a version: 17.6 → aurora-postgresql17. */
export const familyOf = (version: string): string => `aurora-postgresql${version.split('.')[0]}`

const now = (name: string, value: string): Parameter => ({ name, value, applyMethod: 'immediate' })
/** Static ones: attached when the cluster is made, so that no later restart is needed. */
const atStart = (name: string, value: string): Parameter => ({ name, value, applyMethod: 'pending-reboot' })

/**
 * What the lift asks of the target: logical replication both ways, TLS for everybody, SCRAM, an audit of schema and
 * roles. Slots, senders and workers are for both directions and the change tracking, with room for one epoch more.
 */
export const clusterParameters: Parameter[] = [
  atStart('rds.logical_replication', '1'),
  atStart('max_replication_slots', '20'),
  atStart('max_wal_senders', '20'),
  atStart('max_logical_replication_workers', '20'),
  atStart('max_worker_processes', '40'),
  atStart('shared_preload_libraries', 'pg_stat_statements,pgaudit'),
  now('max_sync_workers_per_subscription', '4'),
  now('rds.force_ssl', '1'),
  now('ssl_min_protocol_version', 'TLSv1.2'),
  now('password_encryption', 'scram-sha-256'),
  now('pgaudit.log', 'ddl,role'),
  now('log_statement', 'ddl'),
  now('log_min_duration_statement', '500'),
  // Statements may carry card numbers; parameters of slow ones never reach a log.
  now('log_parameter_max_length', '0'),
  now('log_parameter_max_length_on_error', '0'),
  now('idle_in_transaction_session_timeout', '60000'),
  // A statement whose caller has left for another try ends within a second and lets go of its locks (ms).
  now('client_connection_check_interval', '1000'),
]
