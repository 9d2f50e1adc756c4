import { z } from 'zod'
import { parseLogin } from '../../migration/aws/secrets.ts'

const port = z.coerce.number().int().min(0).max(65_535)
const many = z.coerce.number().int().min(1)

const schema = z.object({
  /** Where the agent listens; 0 for any port. */
  HOST: z.string().default('0.0.0.0'),
  AGENT_PORT: port,
  ROUTE_TABLE: z.string().min(1),
  /** The agent writes it, PgBouncer reads it; users, certificate and key come beside it. */
  PGBOUNCER_INI: z.string().startsWith('/'),
  PGBOUNCER_SOCKET_FOLDER: z.string().startsWith('/'),
  PGBOUNCER_PORT: port,
  /** The name clients ask for, that of the database on both servers, and of the gate in the route store. */
  DATABASE: z.string().regex(/^[a-z_][a-z0-9_]*$/, 'a lower-case database name'),
  POOL_MODE: z.literal('transaction'),
  SERVER_CONNECTIONS: many,
  CLIENT_CONNECTIONS: many,
  SOURCE_HOST: z.string().min(1),
  SOURCE_PORT: port,
  TARGET_HOST: z.string().min(1),
  TARGET_PORT: port,
  /** `server_tls_sslmode` of PgBouncer. */
  SERVER_TLS_MODE: z.enum(['disable', 'prefer', 'require', 'verify-ca', 'verify-full']).default('require'),
  SOURCE_LOGIN: z.string(),
  TARGET_LOGIN: z.string(),
  /** JSON with `certificate` and `privateKey`, both PEM. */
  CERTIFICATE: z.string(),
  AGENT_KEY: z.string().min(32, 'at least 32 characters that nobody guesses'),
})

const certificateSchema = z.object({ certificate: z.string().min(1), privateKey: z.string().min(1) })

export type Environment = ReturnType<typeof readEnvironment>

/** @throws Error with every variable that is wrong, and no value of any */
export function readEnvironment(variables: NodeJS.ProcessEnv) {
  const result = schema.safeParse(variables)
  if (!result.success) {
    const lines = result.error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`)
    throw new Error(`the route agent's environment is not as it must be:\n${lines.join('\n')}`)
  }
  const { SOURCE_LOGIN, TARGET_LOGIN, CERTIFICATE, ...plain } = result.data
  return {
    ...plain,
    logins: {
      source: parseLogin(SOURCE_LOGIN, 'SOURCE_LOGIN'),
      target: parseLogin(TARGET_LOGIN, 'TARGET_LOGIN'),
    },
    tls: parseCertificate(CERTIFICATE),
  }
}

function parseCertificate(text: string) {
  try {
    return certificateSchema.parse(JSON.parse(text))
  } catch {
    throw new Error('CERTIFICATE is not JSON with «certificate» and «privateKey», both PEM')
  }
}
