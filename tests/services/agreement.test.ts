import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import * as z from 'zod/mini'
import { placementsOf } from '../../placement/main.ts'
import type { Json } from '../../preview/values.ts'
import { entryOf, functions } from '../../services/bundle.ts'
import { logShipperEnvironment } from '../../services/log-shipper/environment.ts'
import { relayEnvironment } from '../../services/outbox-relay/environment.ts'
import { createApp } from '../../services/payments/app.ts'
import { readEnvironment } from '../../services/payments/environment.ts'
import { settlementEnvironment } from '../../services/settlement/environment.ts'
import { webhooksEnvironment } from '../../services/webhooks/environment.ts'
import { type Placed, placements } from '../../wiring/placements.ts'
import { whole } from '../components/build.ts'
import { cardTokenKey, quiet } from './payments-world.ts'

const prod = whole({ stack: 'prod', phase: 'canary' })

const lambda = 'aws:lambda/function:Function'
const bundleOf = (inputs: Record<string, Json>) =>
  String((inputs.code as { archive: { path: string } }).archive.path).replace('dist/functions/', '')

interface Container {
  name: string
  environment: { name: string; value: string }[]
  secrets: { name: string }[]
  healthCheck?: { command: string[] }
}

async function container(definition: string): Promise<Container & { variables: Record<string, string> }> {
  const { inputs } = (await prod).get('aws:ecs/taskDefinition:TaskDefinition', definition)
  const [first] = JSON.parse(String(inputs.containerDefinitions)) as Container[]
  const variables = Object.fromEntries(first!.environment.map(({ name, value }) => [name, value]))
  return { ...first!, variables }
}

/** Every variable the code asks for is given, and none is given that it does not read. */
function agree(t: ExecutionContext, given: string[], schema: z.ZodMiniObject, unread: string[] = []): void {
  const read = Object.keys(schema.shape)
  const needed = read.filter((name) => !z.safeParse(schema.shape[name]!, undefined).success)
  t.deepEqual(
    needed.filter((name) => !given.includes(name)),
    [],
    'missing in the program',
  )
  t.deepEqual(given.filter((name) => !read.includes(name)).toSorted(), unread, 'not read by the code')
}

test('functions: program and code agree in bundles, handlers and variables', async (t) => {
  const schemas: Record<string, [z.ZodMiniObject, string[]]> = {
    settlement: [settlementEnvironment, []],
    webhooks: [webhooksEnvironment, []],
    'log-shipper': [logShipperEnvironment, ['LOG_BUFFERED_LINES', 'LOG_KEEP_ALIVE_SECONDS']],
  }
  const deployed = (await prod).all(lambda)
  t.deepEqual(deployed.map(({ inputs }) => bundleOf(inputs)).toSorted(), [...functions].toSorted())
  for (const { inputs } of deployed) {
    const bundle = bundleOf(inputs)
    t.is(inputs.handler, 'index.handler', bundle)
    t.true(existsSync(entryOf(bundle as (typeof functions)[number])), bundle)
    const given = Object.keys((inputs.environment as { variables: object }).variables)
    agree(t, given, ...schemas[bundle]!)
  }
})

test('the relay: program and code agree in variables, port and path', async (t) => {
  const relay = await container('outbox-relay-worker-definition')
  agree(t, [...Object.keys(relay.variables), ...relay.secrets.map(({ name }) => name)], relayEnvironment)
  t.regex(
    relay.healthCheck!.command.join(' '),
    new RegExp(`127\\.0\\.0\\.1:${relay.variables.ADMIN_PORT}/readyz`),
  )
})

test('the API: program and code agree in variables and paths', async (t) => {
  const api = await container('api-task-definition')
  const secrets = { DATABASE_URL: 'postgres://a:b@c:6432/pay', CARD_TOKEN_KEY: cardTokenKey }
  t.deepEqual(api.secrets.map(({ name }) => name).toSorted(), Object.keys(secrets).toSorted())
  const read = Object.keys(readEnvironment({ ...api.variables, ...secrets }))
  const unread = Object.keys(api.variables).filter((name) => !read.includes(name))
  t.deepEqual(
    unread.filter((name) => !name.startsWith('LOG_')),
    [],
    'not read by the code',
  )
  const paths = await healthPaths()
  t.is(Object.keys(paths).length, 2)
  const app = apiOver({ admission: { held: true } })
  for (const path of Object.values(paths)) t.is((await app.inject(path)).statusCode, 200, path)
  await app.close()
})

/** What the front door asks its targets, by target group. */
const healthPaths = async () =>
  Object.fromEntries(
    (await prod)
      .all('aws:lb/targetGroup:TargetGroup')
      .filter(({ name }) => name.startsWith('frontDoor'))
      .map(({ name, inputs }) => [name, (inputs.healthCheck as { path: string }).path]),
  )
const apiOver = (database: object) =>
  createApp({ payments: {} as never, database: database as never, side: 'cloud', log: quiet })

test('the API: when the one database is away, no task in the cloud is replaced for it', async (t) => {
  const app = apiOver({ admission: { held: false }, answers: async () => false })
  const { 'frontDoor-cloud': path } = await healthPaths()
  t.is((await app.inject(path!)).statusCode, 200, path)
  await app.close()
})

test('each workload runs where `placement` says, or says why not', async (t) => {
  const file = join(import.meta.dirname, '../../placement/payments.yaml')
  const answers = placementsOf(readFileSync(file, 'utf8'), 'payments.yaml')
  t.deepEqual(answers.map(({ name }) => name).toSorted(), Object.keys(placements).toSorted())
  const { all } = await prod
  const launched = (name: string) =>
    all('aws:ecs/service:Service').find(({ inputs }) => inputs.name === `payments-lift-prod-${name}`)?.inputs
  const built = (name: string) => {
    if (all(lambda).some(({ inputs }) => bundleOf(inputs) === name)) return 'function'
    return launched(name)?.launchType === 'FARGATE'
      ? 'fargate'
      : launched(name)?.capacityProviderStrategies && 'host'
  }
  for (const { name, place } of answers) {
    const { runs, despite }: Placed = placements[name as keyof typeof placements]
    t.is(built(name), runs, `${name}: wiring/placements.ts says ${runs}`)
    if (runs === place) t.is(despite, undefined, `${name} runs where it should; drop «despite»`)
    else
      t.true(
        (despite ?? '').split(' ').length >= 8,
        `${name}: placement says ${place}; say why it runs on ${runs}`,
      )
  }
})
