import { createPrivateKey, generateKeyPairSync, randomBytes, sign, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Environment } from './environment.ts'

/** Both in PEM. */
export interface Tls {
  key: string
  cert: string
}

/** A certificate or key that cannot be used. Shown without a stack trace. */
export class TlsError extends Error {
  override readonly name = 'TlsError'
}

/** What the service proves itself with; undefined: it speaks plain HTTP. */
export function tlsOf(
  environment: Pick<Environment, 'TLS' | 'TLS_CERTIFICATE' | 'TLS_KEY'>,
): Tls | undefined {
  if (environment.TLS === 'off') return undefined
  if (environment.TLS === 'self-signed') return selfSigned()
  const cert = usable('TLS_CERTIFICATE', environment.TLS_CERTIFICATE!, (text) => new X509Certificate(text))
  const key = usable('TLS_KEY', environment.TLS_KEY!, createPrivateKey)
  if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)))
    throw new TlsError('TLS_KEY is not the key of TLS_CERTIFICATE; give the pair that belongs together')
  return { key, cert }
}

function usable(name: string, path: string, read: (text: string) => unknown): string {
  try {
    const text = readFileSync(path, 'utf8')
    read(text)
    return text
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).syscall ? (error as Error).message : 'it is not PEM'
    throw new TlsError(`${name} cannot be used: ${path}: ${reason}`)
  }
}

/**
 * A key that never leaves this process and a certificate for it that never expires. It is for a client that encrypts
 * and does not ask who answers, as AWS's load balancers do with their targets: nothing to hand out, nothing to renew.
 * Written here because a library for it would bring nineteen packages into the process that sees card numbers.
 */
export function selfSigned(): Tls {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const name = sequence(der(0x31, sequence(commonName, der(0x0c, Buffer.from('payments')))))
  const content = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))), // version 3
    der(0x02, Buffer.from([1]), randomBytes(15)), // serial number, positive
    ecdsaWithSha256,
    name,
    sequence(der(0x17, Buffer.from('200101000000Z')), der(0x18, Buffer.from('99991231235959Z'))),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
  )
  const signature = der(0x03, Buffer.from([0]), sign('sha256', content, privateKey))
  const certificate = new X509Certificate(sequence(content, ecdsaWithSha256, signature))
  return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), cert: certificate.toString() }
}

/** A value of ASN.1: tag, length, content. */
function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const size = content.length
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff]
  return Buffer.concat([Buffer.from([tag, ...length]), content])
}
const sequence = (...parts: Buffer[]) => der(0x30, ...parts)
const objectId = (hex: string) => der(0x06, Buffer.from(hex, 'hex'))
const commonName = objectId('550403')
const ecdsaWithSha256 = sequence(objectId('2a8648ce3d040302'))
