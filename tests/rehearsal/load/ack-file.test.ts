import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { AckFile } from '../../../rehearsal/load/ack-file.ts'
import type { Acknowledgement } from '../../../rehearsal/load/acknowledgement.ts'

const dir = mkdtempSync(join(tmpdir(), 'ack-file-'))
test.after.always(() => rmSync(dir, { recursive: true }))

const line = (seq: number): Acknowledgement => ({
  seq,
  kind: 'authorise',
  key: `key-${seq}`,
  paymentId: `pay_${seq}`,
  amountMinor: 100 + seq,
  currency: 'EUR',
  sentAtMs: 1,
  ackedAtMs: 2,
})

type Method = 'sync' | 'appendFile'

/** Every file handle's method goes through `around` until the test ends. */
async function intercept(
  t: ExecutionContext,
  method: Method,
  around: (real: () => Promise<void>) => Promise<void>,
) {
  const handle = await open('/dev/null')
  const prototype = Object.getPrototypeOf(handle) as Record<Method, (...args: unknown[]) => Promise<void>>
  await handle.close()
  const real = prototype[method]
  prototype[method] = function (this: FileHandle, ...args: unknown[]) {
    return around(() => real.apply(this, args))
  }
  t.teardown(() => {
    prototype[method] = real
  })
}

test.serial(
  'an acknowledgement counts after the fsync that covers it, and those that wait share one',
  async (t) => {
    const path = join(dir, 'group')
    const file = await AckFile.create(path, (error) => t.fail(error.message))
    const release: (() => void)[] = []
    let entered = () => {}
    await intercept(t, 'sync', async (real) => {
      await new Promise<void>((resolve) => {
        release.push(resolve)
        entered()
      })
      await real()
    })
    const nextSync = () =>
      new Promise<void>((resolve) => {
        entered = resolve
      })
    const durable: number[] = []
    const append = (seq: number) => file.append(line(seq), () => durable.push(seq))

    let inSync = nextSync()
    append(0)
    await inSync
    t.is(readFileSync(path, 'utf8').split('\n').length - 1, 1)
    t.deepEqual(durable, [])
    for (let seq = 1; seq <= 100; seq++) append(seq)
    inSync = nextSync()
    release[0]?.()
    await inSync
    t.deepEqual(durable, [0])
    release[1]?.()
    await file.close()
    t.is(durable.length, 101)
    t.is(release.length, 2)
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
    t.deepEqual(
      lines.map((text) => JSON.parse(text)),
      Array.from({ length: 101 }, (_, seq) => line(seq)),
    )
  },
)

test.serial('a full disk is told, and nothing counts', async (t) => {
  const errors: Error[] = []
  const file = await AckFile.create(join(dir, 'full'), (error) => errors.push(error))
  await intercept(t, 'appendFile', () => Promise.reject(new Error('ENOSPC: no space left on device')))
  file.append(line(0), () => t.fail())
  await file.close()
  t.deepEqual(
    errors.map(({ message }) => message),
    ['ENOSPC: no space left on device'],
  )
})

test.serial('a file that exists is left alone', async (t) => {
  const path = join(dir, 'exists')
  await (await AckFile.create(path, () => {})).close()
  await t.throwsAsync(
    AckFile.create(path, () => {}),
    { code: 'EEXIST' },
  )
})
