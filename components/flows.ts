import type { Phase } from '../phases.ts'

/** Whoever has a security group of its own. */
export const groups = [
  'frontDoor',
  'services',
  'hosts',
  'functions',
  'poolerBalancer',
  'pooler',
  'database',
  'runner',
  'logBalancer',
  'logstash',
  'search',
  'endpoints',
] as const
export type Group = (typeof groups)[number]

/** Whoever has none: the internet, on-premises, and the S3 and DynamoDB endpoints. */
export type Outside = 'world' | 'onPremises' | 's3' | 'dynamodb'

/** Who may open a connection to whom. Nothing else may: there is no other rule in any group. */
export interface Flow {
  from: Group | Outside
  to: Group | Outside
  /** TCP. */
  port: number
  /** From this phase on. */
  since: Phase
  /** Taken away when the source is left. */
  until?: 'removal'
  why: string
}

/** Ports of our own parts. */
export const ports = {
  https: 443,
  service: 8443,
  postgres: 5432,
  pooler: 6432,
  agent: 8432,
  beats: 5044,
  jsonLines: 6514,
} as const

/** Parts that call AWS, and from which phase on they run. */
const callers: [Group, Phase][] = [
  ['logstash', 'foundation'],
  ['pooler', 'replicate'],
  ['runner', 'replicate'],
  ['functions', 'foundation'],
  ['services', 'canary'],
  ['hosts', 'canary'],
]

const writers: Group[] = ['services', 'hosts', 'functions']

/** Ports of the parts that stand on-premises. */
export interface OnPremisesPorts {
  api: number
  database: number
}

/** Every connection of the system, in the order in which a request meets them. */
export const flows = (onPremises: OnPremisesPorts): Flow[] => [
  { from: 'world', to: 'frontDoor', port: ports.https, since: 'foundation', why: 'merchants' },
  {
    from: 'frontDoor',
    to: 'onPremises',
    port: onPremises.api,
    since: 'foundation',
    until: 'removal',
    why: 'requests and health checks to on-premises',
  },
  { from: 'frontDoor', to: 'services', port: ports.service, since: 'canary', why: 'requests to the cloud' },

  ...writers.map(
    (from): Flow => ({
      from,
      to: 'poolerBalancer',
      port: ports.pooler,
      since: 'canary',
      why: 'SQL through the gate',
    }),
  ),
  {
    from: 'runner',
    to: 'poolerBalancer',
    port: ports.pooler,
    since: 'replicate',
    why: 'canary writes and probes',
  },
  { from: 'poolerBalancer', to: 'pooler', port: ports.pooler, since: 'replicate', why: 'SQL' },
  {
    from: 'poolerBalancer',
    to: 'pooler',
    port: ports.agent,
    since: 'replicate',
    why: 'health of the route agent',
  },
  { from: 'runner', to: 'pooler', port: ports.agent, since: 'replicate', why: 'pause, route, resume' },
  { from: 'pooler', to: 'database', port: ports.postgres, since: 'replicate', why: 'SQL to the target' },
  {
    from: 'pooler',
    to: 'onPremises',
    port: onPremises.database,
    since: 'replicate',
    until: 'removal',
    why: 'SQL to the source',
  },
  { from: 'runner', to: 'database', port: ports.postgres, since: 'replicate', why: 'steps on the target' },
  {
    from: 'runner',
    to: 'onPremises',
    port: onPremises.database,
    since: 'replicate',
    until: 'removal',
    why: 'steps on the source',
  },
  {
    from: 'database',
    to: 'onPremises',
    port: onPremises.database,
    since: 'replicate',
    until: 'removal',
    why: 'the target subscribes to the source',
  },
  {
    from: 'onPremises',
    to: 'database',
    port: ports.postgres,
    since: 'replicate',
    until: 'removal',
    why: 'the source subscribes to the target, for the way back',
  },

  { from: 'services', to: 'logBalancer', port: ports.jsonLines, since: 'canary', why: 'log lines over TLS' },
  {
    from: 'functions',
    to: 'logBalancer',
    port: ports.jsonLines,
    since: 'foundation',
    why: 'the log shipper',
  },
  { from: 'hosts', to: 'logBalancer', port: ports.beats, since: 'canary', why: 'Filebeat' },
  { from: 'logBalancer', to: 'logstash', port: ports.jsonLines, since: 'foundation', why: 'log lines' },
  { from: 'logBalancer', to: 'logstash', port: ports.beats, since: 'foundation', why: 'log lines' },
  { from: 'logstash', to: 'search', port: ports.https, since: 'foundation', why: 'indexing' },

  ...callers.flatMap(([from, since]): Flow[] => [
    { from, to: 'endpoints', port: ports.https, since, why: 'AWS APIs inside the network' },
    { from, to: 's3', port: ports.https, since, why: 'image layers and files' },
    { from, to: 'dynamodb', port: ports.https, since, why: 'route store and idempotency' },
    { from, to: 'world', port: ports.https, since: 'canary', why: 'webhooks and AWS APIs, through NAT' },
  ]),
]

export interface Stage {
  reaches(first: Phase): boolean
  /** Is the source gone for good? */
  removed: boolean
}

/** The connections that a stage of the lift allows. */
export const flowsAt = ({ reaches, removed }: Stage, onPremises: OnPremisesPorts): Flow[] =>
  flows(onPremises).filter(({ since, until }) => reaches(since) && !(until === 'removal' && removed))
