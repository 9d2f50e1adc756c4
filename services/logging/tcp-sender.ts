import { connect, type TLSSocket } from 'node:tls'
import { LineRing } from './line-ring.ts'

export interface SenderOptions {
  /** The log pipeline, by the name its certificate is for. */
  host: string
  port: number
  /** Lines kept, see {@link LineRing}. */
  bufferedLines: number
  /** It says what it has counted at least this often, so that a load balancer never finds the connection idle. */
  keepAliveMs: number
  /** The line in which it says so. */
  counted(counts: SenderCounts): string
  /** Told when the connection is lost and when it is back, for stderr. */
  trouble(message: string): void
  /** Default: what Node trusts. */
  ca?: string
}

export interface SenderCounts {
  /** Written to a connection, each once. */
  sent: number
  /** Written again, because the connection broke that had taken them. */
  resent: number
  /** Pushed out of the buffer before they could be written. Lost. */
  dropped: number
  /** Pushed out before they could be written again. Perhaps lost. */
  unconfirmed: number
  connections: number
}

const mostBytes = 16 * 1024 * 1024
const chunkBytes = 64 * 1024
const reconnectMs = { least: 100, most: 5000 }
/** To connect, or to take a chunk; then the connection counts as dead. */
const stalledMs = 30_000
const countedMs = 60_000

/**
 * JSON lines to Logstash's tcp input over TLS, as LogstashTcpSocketAppender does in a JVM. {@link write} never waits and
 * never fails. TCP tells nobody what was read at the other end, so when a connection breaks, all lines still in the buffer
 * are sent again, and search folds them by `event.id`: a line is lost only when as many younger ones as the buffer
 * holds were written before the pipeline could be reached again.
 */
export class TcpSender {
  readonly #options: SenderOptions
  readonly #ring: LineRing
  readonly #beat: NodeJS.Timeout
  #socket: TLSSocket | undefined
  #ready = false
  #writing = false
  #waitMs = reconnectMs.least
  #lost = false
  #ending: (() => void) | undefined
  #connections = 0

  constructor(options: SenderOptions) {
    this.#options = options
    this.#ring = new LineRing(options.bufferedLines, mostBytes)
    const beatMs = Math.min(countedMs, options.keepAliveMs)
    this.#beat = setInterval(() => this.write(options.counted(this.counts)), beatMs).unref()
    this.#connect()
  }

  /** Is the pipeline out of reach? */
  get lost(): boolean {
    return this.#lost
  }

  get counts(): SenderCounts {
    return { ...this.#ring.counts, connections: this.#connections }
  }

  /** One line of JSON; a line end at its end is optional. */
  write(line: string): void {
    this.#ring.push(line.endsWith('\n') ? line : `${line}\n`)
    this.#pump()
  }

  /** Sends what is left and hangs up. False: the pipeline did not take everything in time. */
  async close(timeoutMs: number): Promise<boolean> {
    clearInterval(this.#beat)
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), timeoutMs)
    })
    const done = new Promise<true>((resolve) => {
      this.#ending = () => resolve(true)
    })
    this.#pump()
    const all = await Promise.race([done, late])
    clearTimeout(timer)
    this.#ending = () => {}
    this.#socket?.destroy()
    return all
  }

  #connect(): void {
    const { host, port, ca } = this.#options
    const socket = connect({ host, port, servername: host, minVersion: 'TLSv1.2', ...(ca && { ca }) })
    this.#socket = socket
    let reason = 'the pipeline closed the connection'
    let [finished, closed] = [false, false]
    socket.setTimeout(stalledMs, () => {
      // Idle is no trouble; a handshake or a chunk that takes so long is.
      if (!this.#ready || this.#writing) socket.destroy(new Error(`nothing moved for ${stalledMs / 1000} s`))
    })
    socket.once('secureConnect', () => {
      this.#ready = true
      this.#connections++
      this.#waitMs = reconnectMs.least
      if (this.#lost) this.#options.trouble('the log pipeline is reached again')
      this.#lost = false
      this.#pump()
    })
    socket.resume() // or the end of the other side is not seen
    socket.once('finish', () => {
      finished = true
    })
    socket.once('end', () => {
      closed = true
    })
    socket.on('error', ({ message }) => {
      reason = message
    })
    socket.once('close', () => {
      this.#ready = this.#writing = false
      // It hung up after us, with everything read.
      if (this.#ending && finished && closed && this.#ring.waiting === 0) return this.#ending()
      this.#again(reason)
    })
  }

  #again(reason: string): void {
    this.#ring.rewind()
    if (!this.#lost) this.#options.trouble(`reconnecting to the log pipeline: ${reason}`)
    this.#lost = true
    setTimeout(() => this.#connect(), this.#waitMs * (0.5 + Math.random() / 2)).unref()
    this.#waitMs = Math.min(reconnectMs.most, this.#waitMs * 2)
  }

  #pump(): void {
    if (!this.#ready || this.#writing) return
    const chunk = this.#ring.take(chunkBytes)
    if (chunk === '') {
      if (this.#ending) this.#socket!.end()
      return
    }
    this.#writing = true
    const socket = this.#socket!
    socket.write(chunk, (error) => {
      if (error || socket !== this.#socket || !this.#ready) return // `close` follows, or has come
      this.#writing = false
      this.#pump()
    })
  }
}
