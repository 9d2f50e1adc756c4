/** Owns a sandbox with a server and waits to be ended: see sandbox.test.ts. */
import { createSandbox } from '../../rehearsal/host/sandbox.ts'
import { startPostgres } from '../../rehearsal/postgres/server.ts'

const sandbox = createSandbox('payments-lift-test-')
const server = await startPostgres({ side: 'target', sandbox })
console.log(JSON.stringify({ dir: sandbox.dir, pid: server.pid(), reaper: sandbox.reaperPid }))
setInterval(() => {}, 1000)
