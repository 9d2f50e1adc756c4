import { createHash } from 'node:crypto'
import { project } from '../settings.ts'

/** How long AWS lets a name be, in characters; from the API reference of each service. */
export const limits = {
  alarm: 255,
  bucket: 63,
  budget: 100,
  capacityProvider: 255,
  cluster: 255,
  database: 63,
  function: 64,
  key: 250,
  loadBalancer: 32,
  logGroup: 512,
  parameter: 1011,
  queue: 80,
  repository: 256,
  role: 64,
  scheduleGroup: 64,
  searchDomain: 28,
  secret: 512,
  service: 255,
  table: 255,
  targetGroup: 32,
  taskFamily: 255,
  topic: 256,
  webAcl: 128,
} as const
export type NameKind = keyof typeof limits

const hashLength = 8
const hash = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, hashLength)

/**
 * The physical name of something that must be known by name in AWS: `payments-lift-prod-api`. Where nobody needs
 * the name, leave it out and let Pulumi add its random suffix. Two stacks never get one name: a name that had to
 * be cut, or whose stack has a hyphen in it, carries a hash of the whole.
 *
 * @example physicalName('function', 'prod', 'settlement') // 'payments-lift-prod-settlement'
 */
export function physicalName(kind: NameKind, stack: string, name: string): string {
  const limit = limits[kind]
  const start = kind === 'searchDomain' ? 'lift' : project
  const whole = `${start}-${stack}-${name}`.toLowerCase().replace(/[^a-z0-9-]+/g, '-')
  const plain = whole.length <= limit && !stack.includes('-') && `${stack}-${name}` === lowered(stack, name)
  if (plain && !/^-|-$|--/.test(whole)) return whole
  const kept = whole.slice(0, limit - hashLength - 1).replace(/-+/g, '-')
  return `${kept.replace(/^-+|-+$/g, '')}-${hash(JSON.stringify([stack, name]))}`
}

const lowered = (stack: string, name: string) => `${stack}-${name}`.toLowerCase().replace(/[^a-z0-9-]+/g, '-')

/** A path in AWS that belongs to one stack: parameters, secrets, log groups. `/payments-lift/prod/hold`. */
export const stackPath = (stack: string, ...parts: string[]): string =>
  ['', project, stack, ...parts].join('/')
