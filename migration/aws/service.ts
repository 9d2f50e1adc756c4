import { AwsError, inWords } from './errors.ts'

/** How patient a client of AWS is. Few tries: who waits in a pause must know soon that it does not know. */
export const patience = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 1000, requestTimeout: 2500, throwOnRequestTimeout: true },
} as const

// For those who build this, not for who runs it at night: the project pins the SDK's version.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'

/**
 * Loads an SDK client at its first use: it takes a third of a second, which runs without AWS must not pay. What fails
 * is tried again by the next who asks.
 */
export function lazily<Loaded>(load: () => Promise<Loaded>): () => Promise<Loaded> {
  let loading: Promise<Loaded> | undefined
  return () => {
    loading ??= load().catch((error) => {
      loading = undefined
      throw error
    })
    return loading
  }
}

/**
 * Calls AWS; what it answers to a mistake becomes words.
 * @param action as IAM names it: `s3:PutObject`
 * @param resource what it was for, as a person would look it up
 * @throws AwsError
 */
export async function calling<Answer>(
  action: string,
  resource: string,
  call: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await call()
  } catch (error) {
    throw error instanceof AwsError ? error : inWords(error as Error, action, resource)
  }
}
