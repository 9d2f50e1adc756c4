import type { ExecutionContext } from 'ava'
import { createSandbox, type Sandbox } from '../rehearsal/host/sandbox.ts'
import { type PostgresServer, startPostgres } from '../rehearsal/postgres/server.ts'
import { dataFolderOf } from './run-folder.ts'

let shared: Sandbox | undefined

/** One sandbox a test file; its reaper removes everything when the file's process ends. */
export function testSandbox(): Sandbox {
  shared ??= createSandbox('payments-lift-test-')
  return shared
}

/** A PostgreSQL server for a test file, the source's version or the target's; it ends with the test file. */
export async function testPostgres(
  _t: Pick<ExecutionContext, 'log'> | undefined,
  side: 'source' | 'target',
  settings: Record<string, string> = {},
  major?: number,
): Promise<PostgresServer> {
  const like = dataFolderOf(side)
  // A test's data need not survive a crash of the machine.
  return startPostgres({
    side,
    sandbox: testSandbox(),
    settings: { fsync: 'off', ...settings },
    ...(major ? { major } : like && { like }),
  })
}

const servers = new Map<string, Promise<PostgresServer>>()

/** A server for all test files of one process, which make databases of their own there and never stop it. */
export function sharedPostgres(side: 'source' | 'target'): Promise<PostgresServer> {
  const server = servers.get(side) ?? testPostgres(undefined, side)
  servers.set(side, server)
  return server
}
