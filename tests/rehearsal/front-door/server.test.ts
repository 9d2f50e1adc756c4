import { once } from 'node:events'
import { Agent } from 'node:http'
import test, { type ExecutionContext } from 'ava'
import { ask, serve } from '../http.ts'
import { outcome, start } from '../processes.ts'

const file = 'rehearsal/front-door/server.ts'

async function frontDoor(t: ExecutionContext, onPremises: string, cloud: string) {
  const { child, listening } = await start<{ port: number }>(t, file, {
    ON_PREMISES: onPremises,
    CLOUD: cloud,
  })
  return { child, url: `http://127.0.0.1:${listening.port}` }
}

test.serial(
  'SIGTERM: a request on an idle connection is still answered, and the client is asked to leave',
  async (t) => {
    const side = await serve(t, (_req, res) => res.end('quick'))
    const { url, child } = await frontDoor(t, side.url, side.url)
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    let last = await ask(url, { agent })
    t.not(last.headers.connection, 'close')
    child.kill('SIGTERM')
    while (last.headers.connection !== 'close') last = await ask(url, { agent })
    t.is(String(last.body), 'quick')
    agent.destroy()
  },
)

test.serial(
  'SIGTERM: requests that take longer than the leaving of the others are answered before it ends',
  async (t) => {
    const waiting: (() => void)[] = []
    const slow = await serve(t, (_req, res) => waiting.push(() => res.end('done')))
    const { url, child } = await frontDoor(t, slow.url, slow.url)
    const held = Array.from({ length: 20 }, () => ask(url))
    while (waiting.length < 20) await new Promise(setImmediate)
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    setTimeout(() => waiting.forEach((release) => void release()), 1000)
    t.deepEqual(
      (await Promise.all(held)).map((a) => String(a.body)),
      Array(20).fill('done'),
    )
    const [code] = (await exited) as [number]
    t.is(code, 0)
  },
)

test.serial('bad settings and a port taken end with 2 and one clear message', async (t) => {
  const { port } = await serve(t, () => {})
  const sides = { ON_PREMISES: 'http://127.0.0.1:1', CLOUD: 'http://127.0.0.1:2' }
  const taken = await outcome(t, file, { ...sides, PORT: String(port) })
  t.is(taken.code, 2)
  t.regex(taken.stderr, new RegExp(`^front door: cannot listen on 127.0.0.1:${port}: .*EADDRINUSE.*\n$`))
  const missing = await outcome(t, file, { ON_PREMISES: 'http://127.0.0.1:1', CLOUD: 'nonsense' })
  t.is(missing.code, 2)
  t.regex(missing.stderr, /CLOUD/)
  t.notRegex(missing.stderr, /\n\s+at /)
})
