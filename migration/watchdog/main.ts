/** The watchdog's process: `node --import tsx migration/watchdog/main.ts SITE`, or LIFT_STACK. One JSON line an event. */
import { siteOf } from '../run/options.ts'
import { watch } from './watchdog.ts'

const [site] = process.argv.slice(2)
const stack = site ? undefined : process.env.LIFT_STACK
if (!site && !stack) {
  console.error('watchdog: which site? give the site file, or LIFT_STACK=NAME')
  process.exit(2)
}
const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort())
// What reads its log, or the log's disk, may be gone; that is no reason to stop guarding.
process.stdout.on('error', () => {})
let trouble = ''
const say = (event: string, detail: object) =>
  console.log(JSON.stringify({ at: new Date().toISOString(), event, ...detail }))

try {
  say('watching', { pid: process.pid })
  await watch(
    await siteOf({ site, stack }),
    {
      armed: (arming) => say('armed', arming),
      settled: (arming, decision) => say('settled', { epoch: arming.epoch, decision }),
      failed: (arming, error) => say('failed', { epoch: arming.epoch, error: error.message }),
      troubled(error) {
        if (error.message !== trouble) say('troubled', { error: error.message })
        trouble = error.message
      },
    },
    stop.signal,
  )
} catch (error) {
  console.error(`watchdog: ${(error as Error).message}`)
  process.exit(1)
}
