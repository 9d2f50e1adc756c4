/** A process that owns a load and is killed by a test: prints once requests are being sent. */
import { startLoad } from '../../../rehearsal/load/client.ts'

const [baseUrl, ackFile] = process.argv.slice(2) as [string, string]
const load = await startLoad({ baseUrl, ackFile, rate: 50, seed: 1 })
console.log(load.child.pid)
