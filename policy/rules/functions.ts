import { at, grantsOfRole, list, ofType, refers, roleOf } from '../find.ts'
import type { Resource, Rule } from '../rule.ts'

const types = {
  lambda: 'aws:lambda/function:Function',
  permission: 'aws:lambda/permission:Permission',
  mapping: 'aws:lambda/eventSourceMapping:EventSourceMapping',
  url: 'aws:lambda/functionUrl:FunctionUrl',
  failures: 'aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig',
  schedule: 'aws:scheduler/schedule:Schedule',
}

/** What sends events to a function, one entry each. */
function sourcesOf(lambda: Resource, resources: readonly Resource[]): string[] {
  const mine = (type: string, property: string) =>
    ofType(resources, type).filter((each) => refers(each, property, lambda))
  const scheduled = ofType(resources, types.schedule).filter((each) =>
    (each.propertyDependencies.target ?? []).includes(lambda.urn),
  )
  return [
    ...mine(types.permission, 'function').map(({ inputs }) => String(inputs.principal)),
    ...mine(types.mapping, 'functionName').map(({ inputs }) => String(inputs.eventSourceArn)),
    ...mine(types.url, 'functionName').map(() => 'a function URL'),
    ...scheduled.map(({ name }) => `the schedule ${name}`),
  ]
}

const severalSources: Rule = {
  name: 'no-microlith-sources',
  level: 'mandatory',
  lesson:
    'A function that several things start is several functions that fail, scale and deploy as one: a microlith.',
  mend: 'Make one function a source.',
  check: (resources) =>
    ofType(resources, types.lambda).flatMap((resource) => {
      const sources = sourcesOf(resource, resources)
      return sources.length > 1
        ? [{ resource, says: `${sources.length} sources start it: ${sources.join(', ')}` }]
        : []
    }),
}

/** Every function here writes its log and traces, decrypts its environment, and lets Lambda make its interfaces. */
const everybodys = new Set(['logs', 'xray', 'kms', 'ec2'])
const mostServices = 4

const manyServices: Rule = {
  name: 'no-microlith-rights',
  level: 'mandatory',
  lesson:
    'A role that reaches more than four AWS services belongs to a microlith; whoever takes it over reaches them all.',
  mend: 'Split the function, so that each part needs few services.',
  check: (resources) =>
    ofType(resources, types.lambda).flatMap((resource) => {
      const role = roleOf(resource, resources)
      if (!role) return []
      const actions = grantsOfRole(role, resources).flatMap((grant) => grant.actions)
      const services = [...new Set(actions.map((action) => action.split(':')[0]!))].filter(
        (one) => !everybodys.has(one),
      )
      return services.length > mostServices
        ? [
            {
              resource,
              says: `its role reaches ${services.length} AWS services: ${services.sort().join(', ')}`,
            },
          ]
        : []
    }),
}

const mostBundleBytes = 5 * 1024 * 1024

const bigBundle: Rule = {
  name: 'no-microlith-bundle',
  level: 'mandatory',
  lesson: 'Code over 5 MB starts cold for seconds, and is more than one function.',
  mend: 'Import only what the handler calls, or split it.',
  check: (resources, { bundleBytes }) =>
    ofType(resources, types.lambda).flatMap((resource) => {
      const path = at(resource.inputs.code, 'archive', 'path')
      const bytes = typeof path === 'string' ? bundleBytes(path) : undefined
      return bytes !== undefined && bytes > mostBundleBytes
        ? [{ resource, says: `${path} has ${(bytes / 1024 / 1024).toFixed(1)} MB` }]
        : []
    }),
}

/** Services that invoke and do not wait for the answer. */
const asynchronous =
  /^(s3|sns|events|ses|config|iot|codecommit|cloudformation|logs\.[a-z0-9-]+|logs)\.amazonaws\.com$/

const failureDestination: Rule = {
  name: 'async-needs-failure-destination',
  level: 'mandatory',
  lesson:
    'Lambda tries an event three times and then drops it; without a destination nobody ever hears of the payment.',
  mend: 'Give the invocation onFailure: a queue of dead letters with an alarm.',
  check: (resources) => [
    ...ofType(resources, types.lambda).flatMap((resource) => {
      const starters = ofType(resources, types.permission).filter(
        (each) => refers(each, 'function', resource) && asynchronous.test(String(each.inputs.principal)),
      )
      const kept = ofType(resources, types.failures).some(
        (each) =>
          refers(each, 'functionName', resource) &&
          Boolean(at(each.inputs.destinationConfig, 'onFailure', 'destination')),
      )
      return starters.length > 0 && !kept
        ? [
            {
              resource,
              says: `${starters[0]!.inputs.principal} starts it asynchronously, and a failed event goes nowhere`,
            },
          ]
        : []
    }),
    ...ofType(resources, types.schedule)
      .filter(({ inputs }) => !at(inputs.target, 'deadLetterConfig', 'arn'))
      .map((resource) => ({ resource, says: 'an event that the schedule cannot deliver goes nowhere' })),
  ],
}

const poolInHandler: Rule = {
  name: 'no-pool-in-handler',
  level: 'mandatory',
  lesson:
    'A pool made inside the handler is made for every event: connections pile up until the database refuses payments.',
  mend: 'Make it at module scope, once for each instance of the function.',
  check: (_resources, { handlerFaults }) =>
    handlerFaults.map(({ file, line, says }) => ({ says: `${file}:${line} ${says}` })),
}

export const functionRules: Rule[] = [
  severalSources,
  manyServices,
  bigBundle,
  failureDestination,
  poolInHandler,
]

export const bucketsWritten = (lambda: Resource, resources: readonly Resource[]): string[] => {
  const role = roleOf(lambda, resources)
  const grants = role ? grantsOfRole(role, resources) : []
  const variables = at(lambda.inputs.environment, 'variables')
  return [
    ...grants
      .filter(({ actions }) => actions.some((action) => /^s3:(Put|\*)|^\*$/.test(action)))
      .flatMap(({ resources: on }) => on.map((arn) => arn.replace(/^arn:[^:]+:s3:::/, '').split('/')[0]!)),
    ...Object.entries((variables ?? {}) as Record<string, string>)
      .filter(([name]) => /(DESTINATION|TARGET|OUTPUT)_?BUCKET/.test(name))
      .flatMap(([, value]) => list(value)),
  ]
}
