import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The way to S3, on which a bucket can be put out of reach. */
export interface WayToS3 {
  readonly url: string
  /** From here on whoever asks for this bucket gets no answer; all buckets answer again without one. */
  cut(bucket?: string): void
}

export async function wayToS3(endpoint: string): Promise<WayToS3> {
  const { hostname, port } = new URL(endpoint)
  let away: string | undefined
  const server = createServer((incoming, outgoing) => {
    const { method, url = '/', headers } = incoming
    if (away && url.split(/[/?]/)[1] === away) return incoming.socket.destroy()
    const onwards = request({ hostname, port, method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    onwards.on('error', () => incoming.socket.destroy())
    incoming.pipe(onwards)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  server.unref()
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut: (bucket) => {
      away = bucket
    },
  }
}
