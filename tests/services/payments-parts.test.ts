import { createPublicKey, X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import fc from 'fast-check'
import pg from 'pg'
import { isCardNumber, maskCardNumbers } from '../../services/logging/card-numbers.ts'
import { storeCard } from '../../services/payments/card.ts'
import { EnvironmentError, readEnvironment } from '../../services/payments/environment.ts'
import { createLog } from '../../services/payments/log.ts'
import { grantsSql } from '../../services/payments/schema.ts'
import { selfSigned, TlsError, tlsOf } from '../../services/payments/tls.ts'
import { troubleOf } from '../../services/payments/trouble.ts'

const published = {
  visa: ['4242424242424242', '4111111111111111', '4222222222222'],
  mastercard: ['5555555555554444', '2223003122003222'],
  amex: ['378282246310005'],
  discover: ['6011111111111117'],
  jcb: ['3566002020360505'],
}

test('published test cards are recognised, with their brand', (t) => {
  for (const [brand, numbers] of Object.entries(published)) {
    for (const number of numbers) {
      t.true(isCardNumber(number), number)
      t.like(storeCard(number, 'key'), { brand, last4: number.slice(-4) })
    }
  }
})

test('one wrong digit, or two exchanged neighbours, is no card number', (t) => {
  const numbers = Object.values(published).flat()
  fc.assert(
    fc.property(fc.constantFrom(...numbers), fc.nat(), fc.integer({ min: 1, max: 9 }), (number, at, by) => {
      const i = at % number.length
      t.false(isCardNumber(number.slice(0, i) + ((Number(number[i]) + by) % 10) + number.slice(i + 1)))
    }),
  )
  fc.assert(
    fc.property(fc.constantFrom(...numbers), fc.nat(), (number, at) => {
      const i = at % (number.length - 1)
      const [a, b] = [number[i]!, number[i + 1]!]
      fc.pre(a !== b && !['09', '90'].includes(a + b)) // the one exchange the check digit does not see
      t.false(isCardNumber(number.slice(0, i) + b + a + number.slice(i + 2)))
    }),
  )
})

test('the token depends on the card and on the key', (t) => {
  const token = (number: string, key: string) => storeCard(number, key).token
  t.is(token('4242424242424242', 'a'), token('4242424242424242', 'a'))
  t.not(token('4242424242424242', 'a'), token('4242424242424242', 'b'))
  t.not(token('4242424242424242', 'a'), token('4111111111111111', 'a'))
})

test('card numbers are masked wherever they stand in a text, other digits are not', (t) => {
  t.is(maskCardNumbers('card 4242424242424242, or 4242 4242-4242 4242.'), 'card ****4242, or ****4242.')
  for (const harmless of [
    'pay_1234567890123',
    '2026-11-23T12:32:59.134Z',
    '1234567890123456',
    '127.0.0.1:43210',
  ]) {
    t.is(maskCardNumbers(harmless), harmless)
  }
})

test('no log line holds a card number, whichever way it got there, and each stays JSON', (t) => {
  const lines: string[] = []
  const log = createLog({ SIDE: 'cloud', LOG_LEVEL: 'info' }, { write: (line) => void lines.push(line) })
  const number = '4242424242424242'
  log.info({ card: number }, 'a field')
  log.info({ body: { card: number } }, 'a nested field')
  log.info({ req: { body: { card: { number } } } }, 'deeper')
  log.info({ amount: Number(number), list: [Number(number)], last: Number(number) }, 'a number')
  log.info({ anything: `x${number}y`, [number]: 1 }, `in the message ${number}`)
  log.error({ err: new Error(`it said 4242 4242 4242 4242`) }, 'an error')
  log.info({ fraction: 0.378282246310005, url: 'a\\"4242424242424242' }, 'a fraction is no card')
  t.is(lines.length, 7)
  t.is(JSON.parse(lines[6]!).payments.fraction, 0.378282246310005)
  for (const line of lines) {
    t.notRegex(line, /4242.?4242/)
    t.like(JSON.parse(line), { labels: { side: 'cloud' }, service: { name: 'payments' } })
  }
})

const complete = {
  SIDE: 'cloud',
  DATABASE_URL: 'postgres://app:secret@db.example:5432/pay',
  CARD_TOKEN_KEY: 'x'.repeat(32),
}

test('the environment: defaults, and numbers as numbers', (t) => {
  t.like(readEnvironment({ ...complete, PORT: '0', POOL_SIZE: '', PATH: '/bin' }), {
    HOST: '127.0.0.1',
    PORT: 0,
    ADMIN_HOST: '127.0.0.1',
    POOL_SIZE: 10,
    GATE: 'agents',
    LOG_LEVEL: 'warn',
  })
})

test('the environment: every problem is named at once, and no value is repeated', (t) => {
  const wrong = {
    PORT: '70000',
    POOL_SIZE: 'many',
    DATABASE_URL: 'mysql://app:secret@db/pay',
    SIDE: 'aws',
    CARD_TOKEN_KEY: 'shortsecret',
  }
  const error = t.throws(() => readEnvironment(wrong), { instanceOf: EnvironmentError })
  for (const name of Object.keys(wrong)) t.regex(error.message, new RegExp(`${name} cannot be used: `))
  t.notRegex(error.message, /secret/)
  t.throws(() => readEnvironment({ ...complete, CARD_TOKEN_KEY: undefined }), {
    message: /CARD_TOKEN_KEY is missing: a secret of/,
  })
  t.throws(() => readEnvironment({ ...complete, GATE: 'pgbouncer', ROUTE_FILE: '/r' }), {
    message: /ROUTE_FILE cannot be used: only with GATE=agents/,
  })
  for (const url of ['postgres://db/pay', 'postgres://app@db', 'db:5432']) {
    t.throws(() => readEnvironment({ ...complete, DATABASE_URL: url }), {
      message: /DATABASE_URL cannot be used/,
    })
  }
})

test('a self-signed certificate is one, for a key of this start only', (t) => {
  const { cert, key } = selfSigned()
  const certificate = new X509Certificate(cert)
  t.true(certificate.verify(certificate.publicKey))
  t.true(certificate.verify(createPublicKey(key)))
  t.is(certificate.subject, 'CN=payments')
  t.regex(certificate.validTo, /9999/)
  t.not(selfSigned().key, key)
})

test('a pair in files is served; one that is none is told, with what is wrong', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'payments-tls-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const [one, other] = [selfSigned(), selfSigned()]
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const TLS_CERTIFICATE = file('cert', one.cert)
  const of = (changes: Record<string, string>) =>
    tlsOf(readEnvironment({ ...complete, TLS: 'files', TLS_CERTIFICATE, ...changes }))
  t.deepEqual(of({ TLS_KEY: file('key', one.key) }), one)
  const refused = (changes: Record<string, string>, message: RegExp) =>
    t.throws(() => of(changes), { instanceOf: TlsError, message })
  refused({ TLS_KEY: file('key-2', other.key) }, /TLS_KEY is not the key of TLS_CERTIFICATE/)
  refused({ TLS_KEY: join(folder, 'none') }, /TLS_KEY cannot be used: .*none.*no such file/)
  refused({ TLS_KEY: file('nonsense', 'x') }, /TLS_KEY cannot be used: .*it is not PEM/)
  t.throws(() => of({}), { message: /TLS_KEY is missing: a file in PEM, with TLS=files/ })
  t.throws(() => readEnvironment({ ...complete, TLS_KEY: 'k' }), { message: /only with TLS=files/ })
})

test('what is worth trying again', (t) => {
  const server = (code: string, message = 'words') =>
    Object.assign(new pg.DatabaseError(message, 1, 'error'), { code })
  for (const code of [
    '57P01',
    '57P02',
    '57P03',
    '08006',
    '08P01',
    '28000',
    '53300',
    '25006',
    'ECONNREFUSED',
    'ECONNRESET',
  ]) {
    t.is(troubleOf(server(code)), 'unreachable', code)
  }
  for (const message of [
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'timeout exceeded when trying to connect',
    'Client has encountered a connection error and is not queryable',
    'server login failed: FATAL role "pay" is not permitted to log in',
    'pgbouncer cannot connect to server',
  ]) {
    t.is(troubleOf(new Error(message)), 'unreachable', message)
  }
  t.is(troubleOf(server('LF001')), 'fenced')
  t.is(troubleOf(server('40001')), 'beaten')
  t.is(troubleOf(server('40P01')), 'beaten')
  t.is(troubleOf(server('55P03')), 'beaten')
  t.is(troubleOf(new Error('Query read timeout')), 'silent')
  for (const code of ['23505', '42501', '28P01', '22003', '3D000'])
    t.is(troubleOf(server(code)), undefined, code)
  t.is(troubleOf('a string'), undefined)
})

test('grants refuse a role name that would be read as something else', (t) => {
  t.throws(() => grantsSql('pay; drop table payments'), { message: /plain lower-case name/ })
})
