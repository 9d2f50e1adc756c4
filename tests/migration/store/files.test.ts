import { mkdtempSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { lock } from '../../../migration/journal/lock.ts'
import { fileStore } from '../../../migration/store/files.ts'
import { testSandbox } from '../../postgres.ts'
import { createsOnce, judgesFarLocks, keepsTheContract, servesTheLift } from './contract.ts'

const fresh = () => {
  const folder = mkdtempSync(join(testSandbox().dir, 'store-'))
  return { folder, again: () => fileStore(folder) }
}

test('a folder keeps the contract of a store', (t) => keepsTheContract(t, fresh().again))

test('many at once create a file once', (t) => createsOnce(t, fresh().again, 30))

test('decision record, lock and mailbox work in a folder', (t) => servesTheLift(t, fresh().again))

test('a lock of another machine is judged by its sign of life', (t) => judgesFarLocks(t, fresh().again))

test('nothing half written is left, and a lock that was taken over is not given back', async (t) => {
  const { folder, again } = fresh()
  const release = await lock(again(), 'cutover')
  await again().remove('lock.json')
  const other = await lock(again(), 'rollback')
  await release()
  t.regex((await again().read('lock.json')) ?? '', /rollback/)
  await other()
  t.deepEqual(readdirSync(folder), [])
})

test('what cannot be written leaves no draft', async (t) => {
  const { folder, again } = fresh()
  // As a disk that is full does, after the file was made.
  await t.throwsAsync(again().put('beat.json', 1n as never, 'passing'))
  t.deepEqual(readdirSync(folder), [])
})
