import { setTimeout as delay } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import fc from 'fast-check'
import { LineRing } from '../../../services/logging/line-ring.ts'
import { TcpSender } from '../../../services/logging/tcp-sender.ts'
import { LogReceiver } from './receiver.ts'

async function world(t: ExecutionContext, bufferedLines = 8192) {
  const receiver = await LogReceiver.start()
  const troubles: string[] = []
  const sender = new TcpSender({
    host: 'localhost',
    port: receiver.port,
    ca: receiver.certificate.cert,
    bufferedLines,
    keepAliveMs: 240_000,
    counted: (counts) => JSON.stringify(counts),
    trouble: (message) => troubles.push(message),
  })
  t.teardown(async () => {
    await sender.close(0)
    await receiver.stop('abrupt')
  })
  return { receiver, sender, troubles }
}

const numbers = ({ lines }: LogReceiver) => new Set(lines.map(({ n }) => n as number))
const textOf = (n: number) => JSON.stringify({ n, message: `línea ${n} ${'x'.repeat(n % 400)}` })

/** Until all of the first `count` have come, some perhaps twice. */
async function all(receiver: LogReceiver, count: number): Promise<void> {
  while (numbers(receiver).size < count) await delay(10)
}

test('10,000 lines through a receiver that restarts twice, once with lines under way: none lost, none malformed', async (t) => {
  const { receiver, sender, troubles } = await world(t)
  let n = 0
  const write = (count: number) => {
    for (const end = n + count; n < end; n++) sender.write(textOf(n))
  }
  write(3000)
  await receiver.received(1000)
  await receiver.stop('orderly')
  write(2000)
  await receiver.listen()
  await all(receiver, 5000)

  receiver.pause()
  write(2000)
  await delay(50) // some are in the network now, where nobody will read them
  await receiver.stop('abrupt')
  write(1000)
  await receiver.listen()
  await all(receiver, 8000)
  write(2000)
  await all(receiver, 10_000)

  t.true(await sender.close(10_000))
  t.is(numbers(receiver).size, 10_000)
  t.deepEqual(receiver.malformed, [])
  t.like(sender.counts, { sent: 10_000, dropped: 0, unconfirmed: 0, connections: 3 })
  t.true(sender.counts.resent > 0, 'lines of the broken connection came again')
  t.is(troubles.filter((message) => message.startsWith('reconnecting')).length, 2)
})

test('beyond its buffer the oldest lines are lost, and each is counted', async (t) => {
  const { receiver, sender } = await world(t, 100)
  sender.write(textOf(0))
  await receiver.received(1)
  await receiver.stop('orderly')
  while (sender.counts.connections > 0 && !sender.lost) await delay(5)
  for (let n = 1; n <= 1000; n++) sender.write(textOf(n))
  await receiver.listen()
  await all(receiver, 101)
  t.true(await sender.close(10_000))
  t.is(sender.counts.dropped, 900)
  t.deepEqual(Math.min(...[...numbers(receiver)].slice(1)), 901)
})

test('the buffer: every line is waiting, taken or counted, whatever comes when', (t) => {
  const act = fc.oneof(
    { weight: 5, arbitrary: fc.record({ push: fc.integer({ min: 1, max: 40 }) }) },
    { weight: 2, arbitrary: fc.record({ take: fc.integer({ min: 1, max: 60 }) }) },
    { weight: 1, arbitrary: fc.constant('rewind' as const) },
  )
  fc.assert(
    fc.property(fc.array(act, { maxLength: 200 }), fc.integer({ min: 1, max: 20 }), (acts, size) => {
      const ring = new LineRing(size, 300)
      const taken = new Set<string>()
      let pushed = 0
      for (const each of acts) {
        if (each === 'rewind') ring.rewind()
        else if ('push' in each) ring.push(`${++pushed}${' '.repeat(each.push)}\n`)
        else for (const line of ring.take(each.take).split('\n')) if (line) taken.add(line.trim())
      }
      for (let text = '.'; text !== ''; ) {
        text = ring.take(50)
        for (const line of text.split('\n')) if (line) taken.add(line.trim())
      }
      const { sent, dropped } = ring.counts
      t.is(taken.size, sent)
      t.is(sent + dropped, pushed)
      if (pushed > 0) t.true(taken.has(String(pushed)), 'the youngest is never the one that goes')
    }),
  )
})
