import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { createServer, type Server, type TLSSocket } from 'node:tls'
import { selfSigned } from '../certificate.ts'

/**
 * Takes what Logstash's tcp input with the json_lines codec takes: UTF-8 over TLS, lines that end in LF or CRLF, in
 * whatever pieces they come; empty ones are keep-alives. It can be stopped and started again on its port.
 */
export class LogReceiver {
  /** Every line that is JSON, as it came; twice what came twice. */
  readonly lines: Record<string, unknown>[] = []
  /** Whole lines that are none. */
  readonly malformed: string[] = []
  /** How many connections broke in the middle of a line. */
  cut = 0
  readonly certificate = selfSigned()
  port = 0
  readonly #open = new Map<TLSSocket, Socket>()
  readonly #waiting: { count: number; resolve: () => void }[] = []
  #server: Server | undefined

  static async start(): Promise<LogReceiver> {
    const receiver = new LogReceiver()
    await receiver.listen()
    return receiver
  }

  async listen(): Promise<void> {
    const raws = new Map<number | undefined, Socket>()
    this.#server = createServer(this.certificate, (socket) =>
      this.#serve(socket, raws.get(socket.remotePort)!),
    )
    this.#server.on('connection', (raw: Socket) =>
      raws.set(
        raw.remotePort,
        raw.on('error', () => {}),
      ),
    )
    this.#server.listen(this.port, '127.0.0.1')
    await once(this.#server, 'listening')
    this.port = (this.#server.address() as AddressInfo).port
  }

  /** Resolves when so many lines have come. */
  async received(count: number): Promise<void> {
    if (this.lines.length < count)
      await new Promise<void>((resolve) => this.#waiting.push({ count, resolve }))
  }

  /** Reads no more, so that lines stay in the network. */
  pause(): void {
    for (const socket of this.#open.keys()) socket.pause()
  }

  /** Orderly: says that it closes, and reads what was sent before the other side heard it. Else: what is under way is lost. */
  async stop(how: 'orderly' | 'abrupt'): Promise<void> {
    const gone = [...this.#open.keys()].map(
      (socket) => new Promise<void>((resolve) => socket.once('close', () => resolve())),
    )
    const closed = once(this.#server!, 'close')
    this.#server!.close()
    for (const [socket, raw] of this.#open) {
      if (how === 'orderly') socket.end()
      // One that is ending cannot be reset (EINVAL), and Node would lose it instead: the process could not end.
      else if (socket.readableEnded || socket.writableEnded) socket.destroy()
      else raw.resetAndDestroy()
    }
    await Promise.all([closed, ...gone])
  }

  #serve(socket: TLSSocket, raw: Socket): void {
    this.#open.set(socket, raw)
    let rest = ''
    socket.on('error', () => {})
    socket.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n')
      rest = lines.pop()!
      for (const line of lines) this.#take(line.replace(/\r$/, ''))
    })
    socket.once('close', () => {
      this.#open.delete(socket)
      if (rest !== '') this.cut++
    })
  }

  #take(line: string): void {
    if (line === '') return
    try {
      this.lines.push(JSON.parse(line))
    } catch {
      this.malformed.push(line)
    }
    for (const waiting of this.#waiting) if (this.lines.length >= waiting.count) waiting.resolve()
  }
}
