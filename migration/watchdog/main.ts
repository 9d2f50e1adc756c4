/** The watchdog's process: `node --import tsx migration/watchdog/main.ts SITE`. One JSON line an event. */
import { readSite } from '../site.ts'
import { watch } from './watchdog.ts'

const [path] = process.argv.slice(2)
if (!path) {
  console.error('watchdog: which site? give the site file')
  process.exit(2)
}
const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort())
const say = (event: string, detail: object) =>
  console.log(JSON.stringify({ at: new Date().toISOString(), event, ...detail }))

try {
  say('watching', { pid: process.pid })
  await watch(
    readSite(path),
    {
      armed: (arming) => say('armed', arming),
      settled: (arming, decision) => say('settled', { epoch: arming.epoch, decision }),
      failed: (arming, error) => say('failed', { epoch: arming.epoch, error: error.message }),
    },
    stop.signal,
  )
} catch (error) {
  console.error(`watchdog: ${(error as Error).message}`)
  process.exit(1)
}
