import { execFile, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { maskCardNumbers } from '../../../services/logging/card-numbers.ts'
import { logLine } from '../../../services/logging/ecs.ts'
import { needs } from '../../parts.ts'
import { testSandbox } from '../../postgres.ts'
import { near, written } from './numbers.ts'
import { LogReceiver } from './receiver.ts'

const run = promisify(execFile)
const ours = join(import.meta.dirname, '../../../services/logging/jvm')
const own = join(import.meta.dirname, 'jvm')

/** The appender and what it needs, from the user's Maven repository; fetched when they are not there yet. */
async function jars(into: string): Promise<string> {
  const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies'
  const order = ['-q', '-B', '-f', join(own, 'pom.xml'), plugin, `-DoutputDirectory=${into}`]
  await run('mvn', ['-o', ...order]).catch(() => run('mvn', order))
  return join(into, '*')
}

/** A JVM with our logback.xml and our mask, told what to log. */
async function startJvm(
  t: { teardown(end: () => void): void },
  receiver: LogReceiver,
  bufferedLines: number,
) {
  const { dir } = testSandbox()
  const classes = join(dir, 'classes')
  const classpath = `${classes}:${await jars(join(dir, 'jars'))}`
  await run('javac', [
    '-cp',
    classpath,
    '-d',
    classes,
    join(ours, 'CardNumberMasker.java'),
    join(own, 'Sender.java'),
  ])
  const certificate = join(dir, 'receiver.pem')
  writeFileSync(certificate, receiver.certificate.cert)
  const options = ['-XX:TieredStopAtLevel=1', `-Dlogback.configurationFile=${join(ours, 'logback.xml')}`]
  const child = spawn(
    'java',
    [...options, '-cp', classpath, 'lift.logging.Sender', certificate, join(dir, 'trust.p12')],
    {
      env: {
        PATH: process.env.PATH,
        SERVICE: 'ledger',
        LOG_HOST: 'localhost',
        LOG_PORT: String(receiver.port),
        LOG_BUFFERED_LINES: String(bufferedLines),
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  )
  t.teardown(() => child.kill('SIGKILL'))
  let errors = ''
  child.stderr.on('data', (text) => {
    errors += text
  })
  const answers = createInterface(child.stdout)[Symbol.asyncIterator]()
  return async (order: string): Promise<string> => {
    child.stdin.write(`${order}\n`)
    const { value, done } = await answers.next()
    if (done) throw new Error(`the JVM ended:\n${errors}`)
    return value
  }
}

const bufferedLines = 2048

needs('jdk', 'maven')(
  'LogstashTcpSocketAppender: 10,000 lines through a receiver that restarts twice; lost is what was under way and what its buffer had no room for, nothing is malformed',
  async (t) => {
    const receiver = await LogReceiver.start()
    t.teardown(() => receiver.stop('abrupt'))
    const order = await startJvm(t, receiver, bufferedLines)

    for (const parts of fc.sample(fc.tuple(near, written, near), { numRuns: 300, seed: 7 })) {
      const text = parts.map((part) => (typeof part === 'string' ? part : part.text)).join('')
      const masked = await order(`mask ${Buffer.from(text).toString('base64')}`)
      t.is(
        Buffer.from(masked, 'base64').toString(),
        maskCardNumbers(text),
        'the mask is the one of the others',
      )
    }

    const numbers = () => receiver.lines.map(({ payments }) => (payments as { n: number }).n)
    const arrived = async (n: number) => {
      while (!numbers().includes(n)) await delay(10)
    }
    const paced = order('paced 4000')
    await receiver.received(1500)
    await receiver.stop('orderly')
    await receiver.listen()
    t.is(await paced, '0', 'a restart drops nothing')
    await arrived(3999)
    // The appender is never told what was read: what was under way is lost, in one piece, and nothing after it.
    const here = new Set(numbers())
    const lost = Array.from({ length: 4000 }, (_, n) => n).filter((n) => !here.has(n))
    if (lost.length > 0) t.is(lost.at(-1)! - lost[0]!, lost.length - 1, 'one piece')
    t.true(lost.length < 2500, `lost ${lost.length}`)

    // An appender with nothing to send may not see an end: its reader wakes it a moment before it says that it is done. The
    // next line then reconnects (the keep-alive after 240 s, when there is none), so the end is awaited after the burst.
    const stopped = receiver.stop('orderly')
    const dropped = Number(await order('burst 4000'))
    await stopped
    // What it had in hand as the connection broke keeps its places.
    t.true(dropped > 0 && dropped < 4000 - bufferedLines + 100, `dropped ${dropped}`)
    await receiver.listen()
    t.is(Number(await order('paced 2000')), dropped)
    await arrived(9999)
    t.is(Number(await order('stop')), dropped)

    const lines = receiver.lines.map((line) => logLine.parse(line))
    const count = 10_000 - dropped - lost.length
    t.is(new Set(numbers()).size, count)
    t.is(new Set(lines.map(({ event }) => event?.id)).size, count)
    t.log(`under way and lost at the first restart: ${lost.length}; no room in the second: ${dropped}`)
    t.deepEqual([receiver.malformed, receiver.cut], [[], 0])
    t.like(
      lines.find(({ payments }) => payments?.n === 7),
      {
        log: { level: 'ERROR', logger: 'tests' },
        message: 'línea n=7 for ****4242',
        service: { name: 'ledger' },
        trace: { id: 'jvm-1' },
        error: { message: 'it said ****4242' },
      },
    )
    t.like(lines[8]!.payments, { n: 8, card: '****4242' })
    t.notRegex(JSON.stringify(lines), /4242.?4242/)
  },
)
