import { z } from 'zod'

const port = z.coerce
  .number('a port number')
  .int('a port number')
  .min(0, 'a port number')
  .max(65_535, 'a port number up to 65535')

const databaseUrl = z.string('postgres://user:password@host:port/database').refine((text) => {
  if (!URL.canParse(text)) return false
  const url = new URL(text)
  return (
    /^postgres(ql)?:$/.test(url.protocol) &&
    url.hostname !== '' &&
    url.username !== '' &&
    url.pathname.length > 1
  )
}, 'postgres://user:password@host:port/database')

const variables = {
  HOST: z.string().default('127.0.0.1'),
  PORT: port.default(8080),
  ADMIN_HOST: z.string().default('127.0.0.1'),
  ADMIN_PORT: port.default(0),
  DATABASE_URL: databaseUrl,
  DATABASE_SIDE: z.enum(['source', 'target'], 'source or target').default('source'),
  SIDE: z.enum(['on-premises', 'cloud'], 'on-premises or cloud'),
  GATE: z.enum(['agents', 'pgbouncer'], 'agents or pgbouncer').default('agents'),
  ROUTE_FILE: z.string().optional(),
  POOL_SIZE: z.coerce
    .number('a number from 1 to 200')
    .int()
    .min(1, 'a number from 1 to 200')
    .max(200, 'a number from 1 to 200')
    .default(10),
  CARD_TOKEN_KEY: z
    .string(
      'a secret of at least 32 characters, the same on both sides; cards are known by a hash made with it',
    )
    .min(32, 'at least 32 characters'),
  TLS: z.enum(['off', 'self-signed', 'files'], 'off, self-signed or files').default('off'),
  TLS_CERTIFICATE: z.string().optional(),
  TLS_KEY: z.string().optional(),
  LOG_LEVEL: z
    .enum(
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
      'fatal, error, warn, info, debug, trace or silent',
    )
    .default('warn'),
  LOG_HOST: z.string().optional(),
  LOG_PORT: port.min(1, 'a port number').optional(),
  LOG_KEEP_ALIVE_SECONDS: z.coerce
    .number('seconds, below the 350 after which a load balancer hangs up')
    .min(1, 'seconds, below the 350 after which a load balancer hangs up')
    .max(349, 'seconds, below the 350 after which a load balancer hangs up')
    .default(240),
  LOG_BUFFERED_LINES: z.coerce
    .number('a number of lines from 1 to 1000000')
    .int('a number of lines from 1 to 1000000')
    .min(1, 'a number of lines from 1 to 1000000')
    .max(1_000_000, 'a number of lines from 1 to 1000000')
    .default(8192),
}

/** Every variable the service reads. */
export const variableNames: string[] = Object.keys(variables)

const schema = z
  .object(variables)
  .refine((values) => values.GATE === 'agents' || values.ROUTE_FILE === undefined, {
    path: ['ROUTE_FILE'],
    message: 'only with GATE=agents; PgBouncer keeps the route itself',
  })
  .refine((values) => (values.LOG_HOST === undefined) === (values.LOG_PORT === undefined), {
    path: ['LOG_PORT'],
    message: 'a port number together with LOG_HOST, and only then',
  })
  .superRefine(({ TLS, ...values }, context) => {
    for (const name of ['TLS_CERTIFICATE', 'TLS_KEY'] as const) {
      if ((values[name] === undefined) === (TLS !== 'files')) continue
      const message = TLS === 'files' ? 'a file in PEM, with TLS=files' : 'only with TLS=files'
      context.addIssue({ code: 'custom', path: [name], message })
    }
  })

export type Environment = z.output<typeof schema>

/** Variables that are missing or wrong: one line each, without the values, which may be secret. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError'
}

/** An empty variable counts as absent: that is how task definitions and unit files leave one out. */
export function readEnvironment(environment: NodeJS.ProcessEnv): Environment {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const result = schema.safeParse(given)
  if (result.success) return result.data
  const problems = result.error.issues.map((issue) => {
    const name = String(issue.path[0])
    return `  ${name} ${given[name] === undefined ? 'is missing' : 'cannot be used'}: ${issue.message}`
  })
  throw new EnvironmentError(`the payments service cannot start:\n${problems.join('\n')}`)
}
