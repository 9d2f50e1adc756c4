import { once } from 'node:events'
import { connect } from 'node:tls'

export interface SendOptions {
  host: string
  port: number
  /** For everything together, in ms. */
  timeoutMs: number
}

/**
 * Sends lines to Logstash's tcp input (json_lines, TLS) and returns when it has read them to the end: it closes the
 * connection only then, and a line that went into a broken connection is an error instead of lost in silence.
 */
export async function sendLines(lines: string[], { host, port, timeoutMs }: SendOptions): Promise<void> {
  const signal = AbortSignal.timeout(timeoutMs)
  const socket = connect({ host, port, servername: host, minVersion: 'TLSv1.2' })
  const abort = () =>
    socket.destroy(new Error(`the log pipeline did not take the lines within ${timeoutMs} ms`))
  signal.addEventListener('abort', abort, { once: true })
  try {
    const closed = once(socket, 'close') // rejects with the socket's error
    let [sent, ended] = [false, false]
    socket.once('finish', () => {
      sent = true
    })
    socket.resume().once('end', () => {
      ended = true
      if (!sent) socket.destroy(new Error('the log pipeline closed before it had all lines'))
    })
    socket.end(lines.map((line) => `${line}\n`).join(''))
    await closed
    // A reset after our last byte may come as no error.
    if (!ended) throw new Error('the log pipeline broke the connection before it had all lines')
  } finally {
    signal.removeEventListener('abort', abort)
    socket.destroy()
  }
}
