/**
 * The front door of the rehearsal, a process of its own. Environment: `ON_PREMISES` and `CLOUD` (base URLs),
 * `HOST`, `PORT` and `ADMIN_PORT` (0: any free one). Prints `{"event":"listening","port","adminPort"}`.
 */
import { z } from 'zod'
import { startFrontDoor } from './front-door.ts'

const port = z.coerce.number().int().min(0).max(65_535).default(0)
const upstream = z.url({
  protocol: /^http$/,
  error: 'must be the base URL of a service, e.g. http://127.0.0.1:8080',
})
const environment = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: port,
  ADMIN_PORT: port,
  ON_PREMISES: upstream,
  CLOUD: upstream,
})

const settings = environment.safeParse(process.env)
if (!settings.success) fail(z.prettifyError(settings.error))
const { HOST, PORT, ADMIN_PORT, ON_PREMISES, CLOUD } = settings.data

const frontDoor = await startFrontDoor({
  upstreams: { onPremises: new URL(ON_PREMISES), cloud: new URL(CLOUD) },
  host: HOST,
  port: PORT,
  adminPort: ADMIN_PORT,
}).catch((error: Error) => fail(error.message))

let ending: Promise<boolean> | undefined
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.on(signal, () => {
    ending ??= frontDoor.shutdown()
    ending.then((answered) => process.exit(answered ? 0 : 1))
  })

const { port: listening, adminPort } = frontDoor
console.log(JSON.stringify({ event: 'listening', port: listening, adminPort }))

function fail(message: string): never {
  console.error(`front door: ${message}`)
  process.exit(2)
}
