import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateBucketCommand, HeadObjectCommand, S3Client } from '@aws-sdk/client-s3'
import type { ExecutionContext } from 'ava'
import { s3Store } from '../../../migration/store/s3.ts'
import { bringJournals, leaveJournal } from '../../../migration/store/shard-journals.ts'
import { testMoto } from '../../aws.ts'
import { needs } from '../../parts.ts'
import { createsOnce, judgesFarLocks, keepsTheContract, servesTheLift } from '../store/contract.ts'

const test = needs('python moto')
const bucket = 'journal-of-the-lift'

test.before(async () => {
  await testMoto()
  await new S3Client({}).send(new CreateBucketCommand({ Bucket: bucket }))
})

let places = 0
const fresh = () => {
  const place = `s3://${bucket}/place-${++places}`
  return () => s3Store(place)
}

test.serial('a bucket keeps the contract of a store', (t) => keepsTheContract(t, fresh()))
test.serial('a whole bucket is a place too', async (t) => {
  await s3Store(`s3://${bucket}`).put('top', 'of the bucket')
  t.is(await s3Store(`s3://${bucket}/`).read('top'), 'of the bucket')
})
test.serial('many at once create an object once', (t) => createsOnce(t, fresh(), 5))
test.serial('decision record, lock and mailbox work in a bucket', (t) => servesTheLift(t, fresh()))
test.serial('a lock of another machine is judged by its sign of life', (t) =>
  judgesFarLocks(t, fresh(), 1000),
)

test.serial('what is written is encrypted with the key that was named', async (t) => {
  const kmsKeyArn = 'arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555'
  await s3Store(`s3://${bucket}/kms`, { kmsKeyArn }).create('a', 'text')
  const head = await new S3Client({}).send(new HeadObjectCommand({ Bucket: bucket, Key: 'kms/a' }))
  t.is(head.ServerSideEncryption, 'aws:kms')
  t.is(head.SSEKMSKeyId, kmsKeyArn)
})

test.serial('journals of shards go to a folder of the bucket and come back from it', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'shards-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const place = `s3://${bucket}/verify/run`
  for (const n of [1, 2]) {
    writeFileSync(join(folder, 'left'), `shard ${n}\n`)
    await leaveJournal(join(folder, 'left'), `${place}/${n}.jsonl`)
  }
  const files = await bringJournals([`${place}/`, 'own.jsonl', `${place}/2.jsonl`], folder)
  t.deepEqual(
    files.map((file) => (file === 'own.jsonl' ? file : readFileSync(file, 'utf8'))),
    ['shard 1\n', 'shard 2\n', 'own.jsonl', 'shard 2\n'],
  )
  await t.throwsAsync(bringJournals([`${place}/3.jsonl`], folder), { message: /no journal is there; has/ })
  await t.throwsAsync(bringJournals([`s3://${bucket}/none/`], folder), { message: /no journal is there$/ })
  await t.throwsAsync(leaveJournal('x', `${place}/`), { message: /is a folder/ })
})

test.serial('a bucket that is not there is named, with what to do', async (t) => {
  const store = s3Store('s3://no-such-bucket/x')
  await t.throwsAsync(store.create('a', ''), {
    message: /^s3:PutObject: there is no s3:\/\/no-such-bucket\/x\/a \(NoSuchBucket\); look at/,
  })
  await t.throwsAsync(store.read('a'), { message: /s3:GetObject: there is no .*NoSuchBucket/ })
  await t.throwsAsync(store.list(''), { message: /s3:ListBucket: there is no s3:\/\/no-such-bucket / })
})

/** A way to the emulator on which things happen that it would not do by itself. */
async function byTheWay(
  t: ExecutionContext,
  happens: (nth: number, method: string, pass: () => Promise<Response>) => Promise<Response | 'cut'>,
) {
  const real = process.env.AWS_ENDPOINT_URL as string
  let count = 0
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { host: _, connection: __, ...headers } = request.headers as Record<string, string>
    const { method = 'GET' } = request
    const pass = () =>
      fetch(new URL(request.url ?? '/', real), {
        method,
        headers,
        ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
      })
    const outcome = await happens(++count, method, pass)
    if (outcome === 'cut') return request.socket.destroy()
    response.writeHead(outcome.status, { 'content-type': 'application/xml' })
    return response.end(Buffer.from(await outcome.arrayBuffer()))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
const refusal = (status: number, code: string, message: string) =>
  new Response(`<Error><Code>${code}</Code><Message>${message}</Message></Error>`, { status })

test.serial('a create whose answer was lost is known by what stands', async (t) => {
  const place = `s3://${bucket}/lost`
  // Every answer to a write is lost, though the write arrives; the client's own retry is refused then.
  const endpoint = await byTheWay(t, async (_nth, method, pass) => {
    const answer = await pass()
    return method === 'PUT' ? 'cut' : answer
  })
  t.true(await s3Store(place, { endpoint }).create('key', 'mine'))
  t.false(await s3Store(place, { endpoint }).create('key', 'another'), 'what stands is obeyed')
  t.is(await s3Store(place).read('key'), 'mine')
})

test.serial('two creates at once in conflict are tried again', async (t) => {
  const endpoint = await byTheWay(t, async (nth, _method, pass) =>
    nth === 1 ? refusal(409, 'ConditionalRequestConflict', 'try again') : pass(),
  )
  t.true(await s3Store(`s3://${bucket}/conflict`, { endpoint }).create('key', 'mine'))
})

test.serial('when nothing can be known the create fails, and says so', async (t) => {
  const endpoint = await byTheWay(t, async () => 'cut')
  const store = s3Store(`s3://${bucket}/dark`, { endpoint })
  await t.throwsAsync(store.create('key', 'mine'), {
    message: /had no answer .*; whether it took effect is not known/,
  })
})

test.serial('a right that is missing is named, and nothing is tried again', async (t) => {
  let calls = 0
  const endpoint = await byTheWay(t, async () => {
    calls++
    return refusal(403, 'AccessDenied', 'User: runner is not authorized to perform: s3:PutObject')
  })
  await t.throwsAsync(s3Store(`s3://${bucket}/denied`, { endpoint }).create('key', 'mine'), {
    message: new RegExp(
      `^AWS denies s3:PutObject on s3://${bucket}/denied/key: User: runner is not authorized .*; who runs this needs that right`,
    ),
  })
  t.is(calls, 1)
})
