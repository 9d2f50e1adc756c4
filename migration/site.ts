import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parse, YAMLParseError } from 'yaml'
import { z } from 'zod'
import { approvalsSchema, windowSchema } from './safety/settings.ts'
import { s3Place } from './store/place.ts'

const scheme = /^postgres(ql)?:\/\//

const postgresUrl = z
  .string()
  .regex(scheme, 'a connection string that starts with postgres://')
  .refine(
    (text) => !scheme.test(text) || isReadable(text),
    'it cannot be read as a connection string: percent-encode user and password («/» is %2F, «?» %3F, «#» %23, «%» %25, «@» %40)',
  )

function isReadable(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { username, password, pathname, search, hash } = new URL(text)
  // What stands before the first «/», «?» or «#» of a password may look like a host and its port.
  if (`${pathname}${search.split('=')[0]}${hash}`.includes('@')) return false
  try {
    for (const part of [username, password, pathname]) decodeURIComponent(part)
    return true
  } catch {
    return false
  }
}

const database = z.strictObject({
  /** How the runbooks reach it: a role that owns the tables or is a superuser. */
  url: postgresUrl,
  /** How the other database reaches it for replication; the same as `url` when left out. */
  replicationUrl: postgresUrl.optional(),
})

const gate = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('pgbouncer'),
    /** The name under which the application asks PgBouncer for the database. */
    database: z.string(),
    poolers: z.array(z.strictObject({ admin: postgresUrl, ini: z.string() })).min(1),
    /** The application's own connection string through a pooler: used to prove that it can log in. */
    appUrl: postgresUrl,
  }),
  z.strictObject({ kind: z.literal('agents'), agents: z.array(z.strictObject({ url: z.url() })).min(1) }),
  z.strictObject({
    kind: z.literal('poolers'),
    /** The name under which the application asks the poolers for the database. */
    database: z.string(),
    /** ECS cluster and service of the poolers, where each task has an agent; or the agents by themselves. */
    tasks: z.union([
      z.strictObject({ cluster: z.string(), service: z.string(), agentPort: z.int() }),
      z.strictObject({ agents: z.array(z.url()).min(1) }),
    ]),
    /** ARN of the secret that runner and agents sign with. */
    agentKeySecret: z.string(),
    /** DynamoDB table from which a pooler that starts learns its route. */
    routeTable: z.string(),
    region: z.string().optional(),
  }),
  z.strictObject({ kind: z.literal('none') }),
])

const arn = z.string().startsWith('arn:', 'an ARN')

const place = z
  .string()
  .refine((text) => !text.startsWith('s3:') || s3Place.test(text), 'a folder, or s3://bucket/prefix')

const frontDoor = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('local'), admin: z.url() }),
  z.strictObject({
    kind: z.literal('alb'),
    /** ARN of the listener whose default action has the weights. */
    listener: arn,
    cloudTargetGroup: arn,
    /** Left out once the source is left for good. */
    onPremisesTargetGroup: arn.optional(),
    /** Parameters in SSM below it keep a weight that was moved; see hold.ts. */
    holdPath: z.string().startsWith('/'),
    /** Alarms in CloudWatch whose names begin so stop a weight from rising. */
    alarmPrefix: z.string().optional(),
    /** What counts requests where CloudWatch does not, as in a rehearsal: a local front door's admin HTTP. */
    metrics: z.url().optional(),
  }),
  z.strictObject({ kind: z.literal('none') }),
])

const schedules = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('eventbridge'),
    /** Those in EventBridge Scheduler whose functions write to the database. */
    schedules: z.array(z.strictObject({ group: z.string(), name: z.string() })).min(1),
    region: z.string().optional(),
  }),
  z.strictObject({ kind: z.literal('none') }),
])

const schema = z.strictObject({
  source: database,
  target: database,
  gate: gate.default({ kind: 'none' }),
  frontDoor: frontDoor.default({ kind: 'none' }),
  /** What fires by the clock and writes to the database; held while a switchover runs. */
  schedules: schedules.default({ kind: 'none' }),
  /** The name of the stack; people type it before something happens to production. */
  name: z
    .string()
    .regex(/^[\w.-]+$/, 'letters, digits, «.», «_» and «-»')
    .optional(),
  /** Real payments: its name is typed by hand, and `--yes` is refused. */
  production: z.boolean().default(false),
  /** When switchovers are allowed, every day; at any time when left out. */
  window: windowSchema.optional(),
  /** Who must agree before the point where a runbook asks; nobody when left out. */
  approvals: approvalsSchema.optional(),
  /** Where journals, decision records and approvals are kept: a folder, or `s3://bucket/prefix` for a team. */
  journal: place.default('./journal'),
  /** Where word that passes is left: the lock, what the watchdog guards. The journal's place when left out. */
  desk: place.optional(),
  /** KMS key for what is written to S3; the bucket's own when left out. */
  journalKeyArn: arn.optional(),
  /** Roles that write; found from the grants when left out. */
  appRoles: z.array(z.string()).optional(),
  /** Preflight checks that were seen to in another way: the check's name and why. Not every check can be accepted. */
  accept: z.record(z.string(), z.string().min(1)).default({}),
  limits: z
    .strictObject({
      /** How long open transactions may hold up the pause, milliseconds. */
      pauseTimeoutMs: z.int().min(50).max(10_000).default(1000),
      /** From the arming of the watchdog to the moment it decides, milliseconds. */
      deadlineMs: z.int().min(500).max(60_000).default(5000),
      /** How long making the slot of the way back may wait for open transactions, milliseconds. */
      slotTimeoutMs: z.int().min(100).max(600_000).default(5000),
      /** How long the fence waits for a table's lock, milliseconds. */
      lockTimeoutMs: z.int().min(10).max(10_000).default(500),
      /** Replication lag above which a switchover does not begin, bytes of WAL. */
      lagBytes: z.int().min(0).default(1_000_000),
      /** How long a value may take to the other side in a moment quiet enough for the pause, milliseconds. */
      calmMs: z.int().min(1).default(50),
      /** How long such a moment is waited for, milliseconds; then the pause begins all the same. */
      calmWaitMs: z.int().min(0).max(600_000).default(10_000),
      /** What the comparison of all rows reads a second from each side, MiB; as fast as it can when left out. */
      verifyMebibytesPerSecond: z.int().min(1).optional(),
      /** How long rows that differ may take to agree before they are called different, milliseconds. */
      arriveMs: z.int().min(100).default(10_000),
      /** Bounds of the gate between two weights. */
      errorPercent: z.number().min(0).max(100).default(0.5),
      p99Ms: z.number().positive().default(500),
      /** How long each weight is watched before the next, milliseconds. */
      soakMs: z.int().min(0).default(60_000),
    })
    .prefault({}),
})

export type Site = z.output<typeof schema>

/** A site file that cannot be used: which file, which keys, what to do. One line a problem. */
export class SiteError extends Error {
  override readonly name = 'SiteError'
}

/** Reads a site file; relative paths in it are taken from its own folder. */
export function readSite(path: string): Site {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new SiteError(`the site file ${path} cannot be read: ${(error as Error).message}`)
  }
  return parseSite(text, path)
}

export function parseSite(text: string, path: string): Site {
  let content: unknown
  try {
    content = parse(text, { logLevel: 'error' })
  } catch (error) {
    // The parser's own words, and its warnings, show the line, and a password may stand in it.
    const [at] = (error instanceof YAMLParseError && error.linePos) || []
    const where = at ? `line ${at.line}, column ${at.col}` : 'somewhere a «*» without its «&»'
    throw new SiteError(
      `the site file ${path} is not YAML: ${where}; put a value with a sign of YAML in it («: », « #», or «*», «&», «!», «@», «%», «{», «[» at its beginning) in quotes`,
    )
  }
  const { journal, desk, ...site } = completeSite(content, `the site file ${path}`)
  const placed = (text: string) => (text.startsWith('s3:') ? text : resolve(dirname(path), text))
  return { ...site, journal: placed(journal), ...(desk && { desk: placed(desk) }) }
}

/** Checks what a site was made from and fills in what it leaves open. */
export function completeSite(content: unknown, where: string): Site {
  const result = schema.safeParse(content)
  if (!result.success) {
    const problems = result.error.issues.map(
      (issue) => `  ${issue.path.join('.') || '(top)'}: ${messageOf(issue)}`,
    )
    throw new SiteError(`${where} cannot be used:\n${problems.join('\n')}`)
  }
  return result.data
}

/** A password with a comma in it, without quotes, is a value and a key: never say what is no name. */
const messageOf = (issue: z.core.$ZodIssue): string =>
  issue.code === 'unrecognized_keys' && issue.keys.some((key) => !/^\w+$/.test(key))
    ? 'a key that is no name; put a value with a comma in it in quotes'
    : issue.message
