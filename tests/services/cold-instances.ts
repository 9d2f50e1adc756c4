/** Part of connections.test.ts, in a worker thread: many function instances, each with the pool that handlers have. */
import { parentPort, workerData } from 'node:worker_threads'
import { openDatabase } from '../../services/shared/database.ts'

interface Order {
  url: string
  instances: number
  deadlineMs: number
}

const { url, instances, deadlineMs } = workerData as Order
/** Why requests had to wait; the last error of one that failed may be another. */
const said: string[] = []
const databases = Array.from({ length: instances }, () =>
  // handler-scope: each stands for an instance of its own
  openDatabase(
    url,
    { warn: (...words: unknown[]): void => void said.push(String(words[0])) },
    { deadlineMs },
  ),
)
const failures: string[] = []
await Promise.all(
  databases.map(async (database) => {
    try {
      await database.run({ text: 'select count(*) from public.payments', values: [], writes: false })
    } catch (error) {
      failures.push((error as Error).message)
    }
  }),
)
parentPort!.postMessage({ failures, said })
await Promise.all(databases.map((database) => database.end()))
