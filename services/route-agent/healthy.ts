/** What ECS asks before it starts PgBouncer: has the agent read the route and written the ini? */
import { request } from 'node:https'

// The certificate names the poolers' address, not this loopback.
request(
  {
    host: '127.0.0.1',
    port: process.env.AGENT_PORT,
    path: '/configured',
    rejectUnauthorized: false,
    timeout: 3000,
  },
  ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1),
)
  .on('timeout', () => process.exit(1))
  .on('error', () => process.exit(1))
  .end()
