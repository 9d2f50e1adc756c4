import { userInfo } from 'node:os'
import { operator } from '../aws/operator.ts'
import { MisuseError } from './terminal.ts'

/**
 * Who a person is. For a stack it is who AWS says: nobody can be another without their credentials. For a site
 * file it is the user of this machine, or a name given with `--as`: a record of who says so, not a proof.
 */
export async function whoAmI({
  stack,
  as,
}: {
  stack?: string | undefined
  as?: string | undefined
}): Promise<string> {
  if (!stack) return as ?? userOfMachine()
  if (as) throw new Error('--as is for site files: on a stack you are who your AWS credentials say')
  return operator().catch(({ message }: Error) => {
    throw new Error(`AWS does not say who you are: ${message}; log in first`)
  })
}

function userOfMachine(): string {
  try {
    return userInfo().username
  } catch {
    throw new MisuseError('this machine does not say which user you are: say it with --as NAME')
  }
}

/**
 * The entry of a list of approvers that a person is, if any. An assumed role's session is its role: two sessions
 * of one role count as one, because the session's name is chosen by whoever assumes it.
 */
export const entryOf = (person: string, approvers: readonly string[]): string | undefined =>
  approvers.find((approver) => principal(approver) === principal(person))

/** `arn:aws:sts::1:assumed-role/lead/anna` and `arn:aws:iam::1:role/path/lead` are both `1 role lead`. */
export function principal(person: string): string {
  const match = /^arn:[\w-]+:(?:iam|sts)::(\d+):(user|role|assumed-role)\/(.+)$/.exec(person)
  if (!match) return person
  const [, account, kind, path = ''] = match
  const parts = path.split('/')
  const name = kind === 'assumed-role' ? parts[0] : parts.at(-1)
  return `${account} ${kind === 'user' ? 'user' : 'role'} ${name}`
}
