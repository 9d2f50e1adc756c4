/** A call to AWS that failed: which action, on what, why, what to do. */
export class AwsError extends Error {
  override readonly name = 'AwsError'
  /** AWS's own name of it: `PreconditionFailed`. */
  readonly code: string
  /** False when it is not known whether the call took effect: no answer came, or AWS says that it is at fault. */
  readonly answered: boolean
  constructor(code: string, message: string, answered: boolean) {
    super(message)
    this.code = code
    this.answered = answered
  }
}

interface Raw extends Error {
  Code?: string
  code?: string
  $metadata?: { httpStatusCode?: number }
}

const denied = /^(AccessDenied|AccessDeniedException|UnauthorizedOperation|AuthorizationError|Forbidden)$/
const badCredentials =
  /^(CredentialsProviderError|ExpiredToken|ExpiredTokenException|InvalidClientTokenId|InvalidAccessKeyId|UnrecognizedClientException|SignatureDoesNotMatch)$/
const absent =
  /^(NoSuchBucket|ResourceNotFoundException|ListenerNotFound|ListenerNotFoundException|TargetGroupNotFound|TargetGroupNotFoundException|ClusterNotFoundException|ServiceNotFoundException|ParameterNotFound)$/

/** @param resource what the call was for, as a person would look it up */
export function inWords(error: Raw, action: string, resource: string): AwsError {
  const code =
    error.name === 'Error' || error.name === 'AggregateError' ? (error.code ?? error.name) : error.name
  const status = error.$metadata?.httpStatusCode
  const answered = status !== undefined && status < 500
  const say = (text: string) => new AwsError(code, text, answered || badCredentials.test(code))
  if (denied.test(code) || status === 403)
    return badCredentials.test(code)
      ? say(`AWS does not accept the credentials (${code}): ${error.message}; sign in again`)
      : say(
          `AWS denies ${action} on ${resource}: ${error.message}; who runs this needs that right, and kms:Decrypt and kms:GenerateDataKey on its key`,
        )
  if (badCredentials.test(code))
    return say(`no AWS credentials that hold (${code}): ${error.message}; sign in, or set AWS_PROFILE`)
  if (absent.test(code))
    return say(`${action}: there is no ${resource} (${code}); look at the stack's outputs and the region`)
  if (!answered)
    return say(
      `${action} on ${resource} had no answer (${code}${error.message ? `: ${error.message}` : ''}); whether it took effect is not known`,
    )
  return say(`${action} on ${resource} failed (${code}): ${error.message}`)
}
