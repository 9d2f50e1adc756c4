/**
 * The watchdog's process: `node dist/watchdog/main.mjs SITE`, or LIFT_STACK. It keeps two of itself: one that guards
 * and writes one JSON line an event, and one that stands by (`--stand-by`) and guards once it reads a line.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { siteOf } from '../run/options.ts'
import { meansOf } from '../switchover/settle.ts'
import { keepWatchdog } from './keep.ts'
import { watch } from './watchdog.ts'

const standBy = process.argv[2] === '--stand-by'
const [site] = process.argv.slice(standBy ? 3 : 2)
const stack = site ? undefined : process.env.LIFT_STACK
if (!site && !stack) {
  console.error('watchdog: which site? give the site file, or LIFT_STACK=NAME')
  process.exit(2)
}
const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort())
// What reads its log, or the log's disk, may be gone; that is no reason to stop guarding.
process.stdout.on('error', () => {})

await (standBy ? guardOnceTold() : keepTwo()).catch((error: Error) => {
  console.error(`watchdog: ${error.message}`)
  process.exit(1)
})

async function keepTwo(): Promise<void> {
  // What is wrong with the site is said once, and not by every one that is started.
  await siteOf({ site, stack })
  const [program = '', ...args] = process.argv.slice(1)
  const kept = keepWatchdog(() =>
    spawn(process.execPath, [...process.execArgv, program, '--stand-by', ...args], {
      stdio: ['pipe', 'inherit', 'inherit'],
    }),
  )
  // Nothing else keeps this process alive while one is being started again.
  const alive = setInterval(() => {}, 60_000)
  await once(stop.signal, 'abort')
  clearInterval(alive)
  kept.stop()
}

async function guardOnceTold(): Promise<void> {
  // Who keeps it is gone: whoever keeps that one starts both anew, and only one shall guard.
  const gone = once(process.stdin, 'end').then(() => stop.abort())
  const told = once(process.stdin, 'data').then(() => true)
  const stopped = once(stop.signal, 'abort').then(() => false)
  if (await Promise.race([told, gone, stopped])) await guard()
  process.stdin.destroy()
}

async function guard(): Promise<void> {
  let trouble = ''
  const say = (event: string, detail: object) =>
    console.log(JSON.stringify({ at: new Date().toISOString(), event, ...detail }))
  say('watching', { pid: process.pid })
  const named = await siteOf({ site, stack })
  let means = meansOf(named)
  const again = async () => {
    means = meansOf(await siteOf({ site, stack }))
    return means
  }
  await watch(
    named,
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
    means,
    again,
  )
  // Its consoles would keep the process alive, and it guards nothing any more.
  await means.gate.close().catch(() => {})
}
