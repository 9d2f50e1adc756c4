import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import {
  CreateClusterCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
} from '@aws-sdk/client-ecs'
import type { ExecutionContext } from 'ava'
import pg from 'pg'
import { StaleTokenError } from '../../migration/epoch.ts'
import { agentsGate } from '../../migration/gate/agents.ts'
import { PauseTimeoutError, type Side } from '../../migration/gate/gate.ts'
import { poolerTasks } from '../../migration/gate/pooler-tasks.ts'
import { poolersGate } from '../../migration/gate/poolers.ts'
import { type RouteStore, routeTable, unswitched } from '../../migration/gate/route-store.ts'
import { defaultNetwork } from '../../rehearsal/aws/balancer.ts'
import { selfSigned } from '../../rehearsal/aws/certificate.ts'
import type { Moto } from '../../rehearsal/aws/moto.ts'
import type { PostgresServer } from '../../rehearsal/postgres/server.ts'
import { testMoto } from '../aws.ts'
import { needs } from '../parts.ts'
import { testPostgres } from '../postgres.ts'
import { agentKey, type PoolerTask, passwords, startPoolerTask, table } from './pooler-task.ts'

const test = needs('python moto', 'pgbouncer')
let servers: Record<Side, PostgresServer>
let moto: Moto
let tls: ReturnType<typeof selfSigned>

test.before(async () => {
  moto = await testMoto()
  tls = selfSigned()
  await new DynamoDBClient({}).send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'gate', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'gate', AttributeType: 'S' }],
    }),
  )
  const [source, target] = await Promise.all([
    testPostgres(undefined, 'source'),
    testPostgres(undefined, 'target'),
  ])
  servers = { source, target }
  for (const side of ['source', 'target'] as const) {
    const client = new pg.Client(servers[side].url('postgres'))
    await client.connect()
    await client.query(`create role pay_app_${side} login password ${client.escapeLiteral(passwords[side])}`)
    for (const database of ['one', 'two', 'three']) await client.query(`create database ${database}`)
    await client.end()
  }
})

const startTask = (t: ExecutionContext, database: string, more?: Record<string, string>) =>
  startPoolerTask(t, { servers, tls }, database, more)

const addressOf = (side: Side) => ({ side, host: '127.0.0.1', port: servers[side].port })
const gateOf = (tasks: PoolerTask[], routes: RouteStore, key = agentKey) =>
  poolersGate({ find: async () => tasks.map(({ url }) => url), key: async () => key, routes, addressOf })

test.serial('a token of the route store never goes down, and what is not named stays', async (t) => {
  const routes = routeTable(table, 'store')
  t.deepEqual(await routes.read(), unswitched)
  await routes.write(4, { state: 'paused' })
  t.deepEqual(await routes.read(), { token: 4, state: 'paused', side: 'source' })
  await routes.write(4, { side: 'target' })
  await routes.write(5, { state: 'open' })
  t.deepEqual(await routes.read(), { token: 5, state: 'open', side: 'target' })
  await t.throwsAsync(routes.write(4, { side: 'source' }), {
    instanceOf: StaleTokenError,
    message: /the route store routes\/store refused an act of epoch 2: epoch 2 is already settled there/,
  })
  t.deepEqual(await routes.read(), { token: 5, state: 'open', side: 'target' })
  await t.throwsAsync(routeTable('no-such-table', 'x').read(), {
    message: /dynamodb:GetItem: there is no no-such-table\/x/,
  })
})

test.serial('a switchover of two poolers, and one that starts anew in the pause', async (t) => {
  const routes = routeTable(table, 'one')
  const tasks = await Promise.all([startTask(t, 'one'), startTask(t, 'one')])
  const [first, second] = tasks as [PoolerTask, PoolerTask]
  for (const task of tasks) {
    await task.until('/configured', 200)
    t.is(await task.health('/healthy'), 503, 'no client comes before PgBouncer is up')
    task.startPooler()
    await task.until('/healthy', 200)
    t.is(await task.ask(), 'source')
  }
  const gate = gateOf(tasks, routes)
  await gate.probe('source')
  await gate.probe('target')
  await t.throwsAsync(gate.probe('target', 'of another'), {
    message: /leads to another database than the site's target/,
  })

  await gate.pause(2, 1000)
  t.deepEqual(
    (await gate.state()).map(({ epoch, state, route }) => [epoch, state, route]),
    [
      [1, 'paused', 'source'],
      [1, 'paused', 'source'],
    ],
  )
  let answered = 0
  const waiting = tasks.map((task) => task.ask().finally(() => answered++))

  // The second task dies and another takes its place: it comes up paused, and its clients wait as well.
  second.stop()
  await t.throwsAsync(waiting[1] as Promise<Side>)
  const third = await startTask(t, 'one')
  tasks[1] = third
  await third.until('/configured', 200)
  t.regex(readFileSync(join(third.config, 'pgbouncer.ini'), 'utf8'), /^one = host=127.0.0.1 port=1 /m)
  third.startPooler()
  const early = third.ask().catch(() => third.until('/healthy', 200).then(() => third.ask()))
  await third.until('/healthy', 200)
  t.like((await gate.state())[1], { epoch: 1, state: 'paused', route: 'source' })
  t.is(answered, 1, 'only the one whose pooler died')

  await gate.send(3, addressOf('target'))
  t.deepEqual(await Promise.all([waiting[0], early]), ['target', 'target'])
  t.deepEqual(await routes.read(), { token: 3, state: 'open', side: 'target' })
  t.deepEqual(
    (await gate.state()).map(({ epoch, state, route }) => [epoch, state, route]),
    [
      [1, 'open', 'target'],
      [1, 'open', 'target'],
    ],
  )

  // Who comes too late is refused by the store, and by each agent.
  await t.throwsAsync(gate.resume(2), { instanceOf: StaleTokenError, message: /the route store/ })
  await t.throwsAsync(agentsGate([first.url], addressOf, agentKey).resume(2), {
    instanceOf: StaleTokenError,
    message: /the write gate https:.*already settled/,
  })
  await gate.close()
})

test.serial('a pause that an open transaction holds up is taken back, in the store too', async (t) => {
  const routes = routeTable(table, 'two')
  const task = await startTask(t, 'two')
  await task.until('/configured', 200)
  task.startPooler()
  await task.until('/healthy', 200)
  const gate = gateOf([task], routes)
  const client = new pg.Client({
    host: '127.0.0.1',
    port: Number(/listen_port = (\d+)/.exec(readFileSync(join(task.config, 'pgbouncer.ini'), 'utf8'))?.[1]),
    database: 'two',
    user: 'pay_app_source',
    password: passwords.source,
    ssl: { ca: tls.certificate, servername: 'localhost' },
  })
  await client.connect()
  await client.query('begin')
  await client.query('select 1')
  await t.throwsAsync(gate.pause(2, 150), { instanceOf: PauseTimeoutError })
  t.like(await routes.read(), { token: 2, state: 'open' })
  await client.query('commit')
  await client.end()
  t.is(await task.ask(), 'source')

  // Neither side talks to a stranger.
  await t.throwsAsync(gateOf([task], routes, 'x'.repeat(32)).state(), {
    message: /GET https:.*: 401, not signed with the key of the agents/,
  })

  // The store away: the gate is opened all the same, and whoever settles hears of it.
  const away: RouteStore = {
    place: 'away',
    read: routes.read,
    write: async () => Promise.reject(new Error('away')),
  }
  await t.throwsAsync(gateOf([task], away).pause(4, 500), { message: 'away' })
  await gate.pause(4, 500)
  await t.throwsAsync(gateOf([task], away).send(5, addressOf('target')), { message: 'away' })
  t.is(await task.ask(), 'target')

  // A login that the target refuses is told in its own words.
  const admin = new pg.Client(servers.target.url('postgres'))
  await admin.connect()
  await admin.query('alter role pay_app_target nologin')
  await t.throwsAsync(gate.probe('target'), {
    message: /could not log in to the target database: .*cannot log in/,
  })
  await admin.query('alter role pay_app_target login')
  await admin.end()
  await gate.close()
})

test.serial('until the route has been read nothing starts', async (t) => {
  const task = await startTask(t, 'three', { ROUTE_TABLE: 'made-later' })
  t.is(await task.health('/configured'), 503)
  const gate = agentsGate([task.url], addressOf, agentKey)
  await t.throwsAsync(gate.resume(2), { message: /the pooler is starting \(reading\)/ })
  await new DynamoDBClient({}).send(
    new CreateTableCommand({
      TableName: 'made-later',
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'gate', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'gate', AttributeType: 'S' }],
    }),
  )
  await task.until('/configured', 200)
  t.is(await task.health('/healthy'), 503)
  await gate.close()
})

test.serial('the agents are found through ECS, as many as tasks run', async (t) => {
  const client = new ECSClient({})
  const { subnets } = await defaultNetwork(moto)
  await client.send(new CreateClusterCommand({ clusterName: 'lift' }))
  await client.send(
    new RegisterTaskDefinitionCommand({
      family: 'pooler',
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      cpu: '256',
      memory: '512',
      containerDefinitions: [{ name: 'pgbouncer', image: 'pgbouncer', cpu: 256, memory: 512 }],
    }),
  )
  const find = poolerTasks('lift', 'pooler', 8432)
  t.deepEqual(await find(), [])
  const none = poolersGate({ find, key: async () => agentKey, routes: routeTable(table, 'none'), addressOf })
  await t.throwsAsync(none.pause(2, 100), { message: /^no pooler task runs: .*pooler-restart/ })
  await client.send(
    new RunTaskCommand({
      cluster: 'lift',
      taskDefinition: 'pooler',
      count: 3,
      launchType: 'FARGATE',
      networkConfiguration: { awsvpcConfiguration: { subnets, securityGroups: ['sg-1'] } },
    }),
  )
  const found = await find()
  t.is(new Set(found).size, 3)
  for (const url of found) t.regex(url, /^https:\/\/\d+\.\d+\.\d+\.\d+:8432$/)
  await t.throwsAsync(poolerTasks('no-such-cluster', 'pooler', 8432)(), {
    message: /ecs:ListTasks: there is no no-such-cluster\/pooler \(ClusterNotFoundException\)/,
  })
})
