import test from 'ava'
import fc from 'fast-check'
import { alarmRunbooks } from '../../components/alarm.ts'
import { boardAlarms } from '../../components/board-alarms.ts'
import { boardPlots, type Watched } from '../../components/board-plots.ts'
import { layout } from '../../components/board-widgets.ts'
import { MigrationBoard } from '../../components/migration-board.ts'
import { build } from './build.ts'
import { alertsTopicArn } from './parts.ts'

const everything: Watched = {
  frontDoor: { loadBalancer: 'app/x', cloudTargetGroup: 'cloud', onPremisesTargetGroup: 'premises' },
  database: { clusterIdentifier: 'payments' },
  pooler: { clusterName: 'tasks', serviceName: 'pooler' },
  services: { clusterName: 'tasks', serviceNames: ['api'] },
  functions: ['settlement'],
  queues: ['webhooks'],
  wayBack: true,
}

const prod = build(
  ({ context }) =>
    void new MigrationBoard('board', {
      context,
      phase: 'cutover',
      watched: everything,
      alarmArns: ['arn:aws:cloudwatch:eu-central-1:333333333333:alarm:other'],
      alertsTopicArn,
    }),
)

test('every alarm of the board tells people and names its runbook', async (t) => {
  const found = await prod
  const alarms = found.all('aws:cloudwatch/metricAlarm:MetricAlarm')
  t.is(alarms.length, Object.keys(boardAlarms(everything)).length)
  for (const { inputs } of alarms) {
    t.deepEqual(inputs.alarmActions, [alertsTopicArn])
    t.regex(
      String(inputs.alarmDescription),
      new RegExp(`\\. Runbook: runbooks/(${alarmRunbooks.join('|')})\\.md$`),
    )
  }
})

test('the dashboard says where the lift stands, and shows the alarms of others too', async (t) => {
  const found = await prod
  const { inputs } = found.get('aws:cloudwatch/dashboard:Dashboard', 'board-dashboard')
  const { widgets } = JSON.parse(String(inputs.dashboardBody))
  t.regex(widgets[0].properties.markdown, /prod: cutover/)
  t.regex(widgets[0].properties.markdown, /Requests go to \*\*cloud\*\* · system of record \*\*AWS\*\*/)
  t.true(widgets[1].properties.alarms.includes('arn:aws:cloudwatch:eu-central-1:333333333333:alarm:other'))
})

/**
 * Metrics that an Aurora PostgreSQL instance gives CloudWatch, those of use here: a name of RDS for PostgreSQL, such as
 * OldestReplicationSlotLag, would be an empty plot and an alarm that never fires.
 * https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.AuroraMonitoring.Metrics.html
 */
const ofAuroraPostgres = [
  'BufferCacheHitRatio',
  'CommitLatency',
  'CommitThroughput',
  'CPUUtilization',
  'DatabaseConnections',
  'Deadlocks',
  'FreeableMemory',
  'FreeLocalStorage',
  'MaximumUsedTransactionIDs',
  'ReplicationSlotDiskUsage',
  'TransactionLogsDiskUsage',
]

test('what is watched of the database is what Aurora PostgreSQL measures', (t) => {
  const alarmed = Object.values(boardAlarms(everything)).map(({ metric }) => [metric.namespace, metric.name])
  const plotted = boardPlots(everything).flatMap(({ rows }) => rows)
  const names = [...alarmed, ...plotted].filter(([space]) => space === 'AWS/RDS').map(([, name]) => name)
  t.true(names.length > 4)
  for (const name of names) t.true(ofAuroraPostgres.includes(String(name)), String(name))
})

test('the way back is watched from cutover on, and not before', (t) => {
  t.true('way-back-lag' in boardAlarms(everything))
  t.false('way-back-lag' in boardAlarms({ ...everything, wayBack: false }))
})

test('what a phase does not have is neither watched nor shown', (t) => {
  const { frontDoor } = everything
  const foundation: Watched = {
    frontDoor: { ...frontDoor, onPremisesTargetGroup: undefined },
    wayBack: false,
  }
  t.deepEqual(Object.keys(boardAlarms(foundation)), ['front-door-errors', 'cloud-errors'])
  t.false(JSON.stringify(boardPlots(foundation)).includes('premises'))
  t.is(boardPlots(foundation).length, 4)
})

test('widgets neither overlap nor leave the board, however many plots', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 30 }), (count) => {
      const plots = Array.from({ length: count }, (_, index) => ({ title: String(index), rows: [] }))
      const taken = new Set<string>()
      for (const { x, y, width, height } of layout('eu-central-1', 'text', [], plots)) {
        t.true(x + width <= 24)
        for (let column = x; column < x + width; column++) {
          for (let row = y; row < y + height; row++) {
            const cell = `${column} ${row}`
            t.false(taken.has(cell), cell)
            taken.add(cell)
          }
        }
      }
    }),
  )
})
