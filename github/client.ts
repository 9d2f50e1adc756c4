import { Octokit } from '@octokit/core'
import { paginateRest } from '@octokit/plugin-paginate-rest'
import { retry } from '@octokit/plugin-retry'
import { throttling } from '@octokit/plugin-throttling'

const Client = Octokit.plugin(paginateRest, retry, throttling)

type Parameters = Record<string, unknown>

/**
 * What is asked of GitHub here, by Octokit; answers are validated where they are used. Octokit's own types are those
 * of all of GitHub, and a tenth of the type check.
 */
export interface GitHub {
  request(route: string, parameters: Parameters): Promise<{ data: unknown }>
  /** All entries of all pages. */
  paginate(route: string, parameters: Parameters): Promise<unknown[]>
}

export interface ClientOptions {
  token: string
  /** Such as https://api.github.com, which is the default; GitHub Enterprise has its own. */
  baseUrl?: string | undefined
  /** How often a request that GitHub limits is made again. Default: 3. */
  mostRetries?: number
  /** What a second of waiting takes; for tests. Default: 1000 ms. */
  secondMs?: number
}

/** GitHub's API, by Octokit: pages, retries after failures, and waits as long as GitHub says when it limits. */
export function connect({ token, baseUrl, mostRetries = 3, secondMs = 1000 }: ClientOptions): GitHub {
  const again = (_seconds: number, _request: object, _client: unknown, retries: number) =>
    retries < mostRetries
  const client: unknown = new Client({
    auth: token,
    userAgent: 'payments-lift-preview',
    ...(baseUrl && { baseUrl }),
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    throttle: {
      onRateLimit: again,
      onSecondaryRateLimit: again,
      retryAfterBaseValue: secondMs,
      fallbackSecondaryRateRetryAfter: 60,
    },
    // Creating a comment is tried again as well: the marker finds one that was made after all.
    retry: {
      retries: mostRetries,
      retryAfterBaseValue: secondMs,
      doNotRetry: [400, 401, 403, 404, 410, 422],
    },
  })
  return client as GitHub
}
