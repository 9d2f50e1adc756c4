/**
 * A logical replication stream. pg-logical-replication cannot read from PostgreSQL 13 (it always sends the option
 * `messages`) and acknowledges a position of its own every ten seconds, so this speaks the protocol itself.
 * https://www.postgresql.org/docs/current/protocol-replication.html
 */
import type { EventEmitter } from 'node:events'
import pg from 'pg'
import { pinnedOutput } from '../session.ts'
import { type Connection, quoted } from '../types.ts'

export interface WalStream {
  /** Tells the server how far the slot may move, and asks it to answer with its own position if `ping`. */
  acknowledge(received: bigint, confirmed: bigint, ping?: boolean): void
  /** Settles when the stream has ended; rejects with what the server said. */
  ended: Promise<void>
  close(): Promise<void>
}

export interface WalStreamHandlers {
  /** A message of the output plugin. */
  data(message: Buffer): void
  /** Everything that was committed before this position has been sent. */
  keepalive(lsn: bigint, replyRequested: boolean): void
  /** A message could not be handled; the stream is closed. */
  failed(error: unknown): void
}

const microsecondsTo2000 = 946_684_800_000_000n

export async function openWalStream(
  connection: Connection,
  { slot, publication }: { slot: string; publication: string },
  handlers: WalStreamHandlers,
): Promise<WalStream> {
  const config = typeof connection === 'string' ? { connectionString: connection } : connection
  const client = new pg.Client({
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    application_name: 'payments-lift changes',
    ...config,
    options: pinnedOutput,
    replication: 'database',
  } as pg.ClientConfig)
  client.on('error', () => {})
  await client.connect()
  const wire = (
    client as unknown as { connection: EventEmitter & { sendCopyFromChunk(chunk: Buffer): void } }
  ).connection
  wire.on('copyData', ({ chunk }: { chunk: Buffer }) => {
    try {
      if (chunk[0] === 0x77) handlers.data(chunk.subarray(25))
      else if (chunk[0] === 0x6b) handlers.keepalive(chunk.readBigUInt64BE(1), chunk[17] === 1)
    } catch (error) {
      handlers.failed(error)
      void client.end()
    }
  })
  const names = pg.escapeLiteral(quoted(publication))
  const started = new Promise<void>((resolve) => wire.once('replicationStart', () => resolve()))
  const ended = client
    .query(
      `START_REPLICATION SLOT ${quoted(slot)} LOGICAL 0/0 (proto_version '1', publication_names ${names})`,
    )
    .then(() => {})
  ended.catch(() => {})
  try {
    await Promise.race([started, ended])
  } catch (error) {
    await client.end()
    throw error
  }
  return {
    ended,
    acknowledge(received, confirmed, ping = false) {
      const status = Buffer.alloc(34)
      status[0] = 0x72
      status.writeBigUInt64BE(received, 1)
      status.writeBigUInt64BE(confirmed, 9)
      status.writeBigUInt64BE(confirmed, 17)
      status.writeBigInt64BE(BigInt(Date.now()) * 1000n - microsecondsTo2000, 25)
      status[33] = ping ? 1 : 0
      wire.sendCopyFromChunk(status)
    },
    close: () => client.end(),
  }
}
