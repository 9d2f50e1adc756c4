import type * as pulumi from '@pulumi/pulumi'

/** Where log lines are sent: the log pipeline's address, as one of its senders sees it. */
export interface LogEndpoint {
  /** The name its certificate is for. */
  host: pulumi.Input<string>
  port: number
}

/** The balancer closes a TLS connection after 350 s of silence, and this cannot be changed. */
export const balancerIdleSeconds = 350
/** A sender must speak before that, or it writes its next line into a closed connection and loses it. */
export const keepAliveSeconds = 240
/** Lines a sender keeps while the pipeline is out of reach; older ones are dropped and counted. */
export const bufferedLines = 8192

/** The variables by which a service sends JSON lines over TLS, as LogstashTcpSocketAppender does in a JVM. */
export const logEnvironment = ({ host, port }: LogEndpoint): Record<string, pulumi.Input<string>> => ({
  LOG_HOST: host,
  LOG_PORT: String(port),
  LOG_KEEP_ALIVE_SECONDS: String(keepAliveSeconds),
  LOG_BUFFERED_LINES: String(bufferedLines),
})
