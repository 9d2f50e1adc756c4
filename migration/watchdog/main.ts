/** The watchdog's process: `node --import tsx migration/watchdog/main.ts SITE`, or LIFT_STACK. One JSON line an event. */
import { openSite } from '../open-site.ts'
import { watch } from './watchdog.ts'

const [site] = process.argv.slice(2)
const stack = site ? undefined : process.env.LIFT_STACK
if (!site && !stack) {
  console.error('watchdog: which site? give the site file, or LIFT_STACK=NAME')
  process.exit(2)
}
const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort())
const say = (event: string, detail: object) =>
  console.log(JSON.stringify({ at: new Date().toISOString(), event, ...detail }))

try {
  say('watching', { pid: process.pid })
  await watch(
    await openSite({ site, stack }),
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
