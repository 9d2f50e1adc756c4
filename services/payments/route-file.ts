import { readFileSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'

export const routeShape = z.object({
  side: z.enum(['source', 'target']),
  host: z.string().min(1),
  port: z.int().min(1).max(65_535),
})

const shape = z.object({ epoch: z.int().min(0), state: z.enum(['open', 'paused']), route: routeShape })

/** What a gate must remember when its process ends. */
export type GateRecord = z.output<typeof shape>
export type Route = GateRecord['route']

/** A record that is there but cannot be used: a service that guessed its route could write to the wrong database. */
export class RouteFileError extends Error {
  override readonly name = 'RouteFileError'
}

export function readRouteFile(path: string): GateRecord | undefined {
  try {
    return shape.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    const reason =
      error instanceof z.ZodError || error instanceof SyntaxError
        ? 'it is not a route'
        : (error as Error).message
    throw new RouteFileError(
      `the route file ${path} cannot be used: ${reason}; give the service its route again, or remove the file to start at DATABASE_URL`,
    )
  }
}

/** Durable when it returns; at every moment the file holds one whole record. */
export async function writeRouteFile(path: string, record: GateRecord): Promise<void> {
  const beside = `${path}.${process.pid}.new`
  const file = await open(beside, 'w', 0o600)
  try {
    await file.writeFile(`${JSON.stringify(record)}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(beside, path)
  const folder = await open(dirname(path), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
