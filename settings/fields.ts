import { z } from 'zod'
import { cidrOf, isPrivate, isPrivateAddress } from './cidr.ts'
import { type Memory, sizeProblem, type TaskSize, type VCpus } from './sizes.ts'
import { dailyWindow, weeklyWindow } from './windows.ts'

/** The pieces settings are made of. The message of each says what to write, as an imperative without «use». */

const text = (pattern: RegExp, error: string) => z.string({ error }).regex(pattern, { error })

export const whole = (least: number, most: number, what: string) => {
  const error = `write ${what}, a whole number from ${least} to ${most}`
  return z.int({ error }).min(least, { error }).max(most, { error })
}

export const privateBlock = (least: number, most: number) => {
  const error = `write a private block (10/8, 172.16/12, 192.168/16, 100.64/10) from /${least} to /${most}, with no bit set past its prefix`
  return z.string({ error }).refine(
    (value) => {
      const block = cidrOf(value)
      return block !== undefined && isPrivate(block) && block.prefix >= least && block.prefix <= most
    },
    { error },
  )
}

const privateAddressError =
  'write a private address (10/8, 172.16/12, 192.168/16, 100.64/10): a load balancer accepts no other outside its VPC'
export const privateAddress = z
  .string({ error: privateAddressError })
  .refine(isPrivateAddress, { error: privateAddressError })

export const arn = (service: string, example: string) =>
  text(
    new RegExp(`^arn:aws(-cn|-us-gov)?:${service}:[a-z0-9-]*:\\d{12}:\\S+$`),
    `write an ARN of ${service}, such as ${example}`,
  )

export const secretArn = arn(
  'secretsmanager',
  'arn:aws:secretsmanager:eu-central-1:111122223333:secret:payments/app-AbCdEf (the ARN, never the secret)',
)
export const certificateArn = arn('acm', 'arn:aws:acm:eu-central-1:111122223333:certificate/…')
export const principalArn = text(
  /^arn:aws(-cn|-us-gov)?:(iam|sts)::\d{12}:(user|role|assumed-role)\/\S+$/,
  'write the ARN of a person: arn:aws:iam::111122223333:user/… or role/…',
)

export const digest = text(
  /^sha256:[0-9a-f]{64}$/,
  'write the digest of the image, sha256: and 64 hexadecimal digits; a tag can be moved',
)
export const email = z.email({ error: 'write an e-mail address' })
export const domain = text(/^(?=.{4,253}$)([a-z0-9-]{1,63}\.)+[a-z]{2,}$/, 'write a domain name in lowercase')
export const zoneName = text(
  /^[a-z]{2}(-[a-z]+)+-\d[a-z]$/,
  'write an availability zone, such as eu-central-1a',
)
export const path = text(/^\/[\w./-]*$/, 'write a path that starts with /')
export const clock = text(/^([01]\d|2[0-3]):[0-5]\d$/, 'write a time of day as hh:mm, 24 hours')
export const timezone = z
  .string()
  .refine((value) => Intl.supportedValuesOf('timeZone').includes(value) || value === 'UTC', {
    error: 'write a time zone of the IANA list, such as Europe/Berlin or UTC',
  })
export const databaseName = text(
  /^[a-z][a-z0-9_]{0,62}$/,
  'write a database name: a lowercase letter, then lowercase, digits and _',
)

const backupError =
  'write hh:mm-hh:mm in UTC, at least 30 minutes, outside the maintenance window, such as 02:00-03:00'
export const backupWindow = z
  .string({ error: backupError })
  .refine((value) => dailyWindow(value) !== undefined, { error: backupError })

const maintenanceError = 'write ddd:hh:mm-ddd:hh:mm in UTC, at least 30 minutes, such as sun:03:00-sun:04:00'
export const maintenanceWindow = z
  .string({ error: maintenanceError })
  .refine((value) => weeklyWindow(value) !== undefined, { error: maintenanceError })

/** Days CloudWatch Logs can keep a group. */
export const logDays = z.literal(
  [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
  {
    error:
      'write a retention that CloudWatch Logs has: 1, 3, 5, 7, 14, 30, 60, 90, 180, 365, 400, 731, 1827 … 3653',
  },
)

export const cpu = text(/^(0\.25|0\.5|1|2|4|8|16) vCPU$/, 'write 0.25, 0.5, 1, 2, 4, 8 or 16 vCPU').transform(
  (value) => value as VCpus,
)
export const memory = text(/^\d+(\.\d+)? (GB|MB)$/, 'write memory with its unit, such as 2 GB').transform(
  (value) => value as Memory,
)

/** Adds a Fargate size to an object's fields and checks that Fargate sells it. */
export const sized = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject({ cpu, memory, ...shape }).superRefine((value, context) => {
    const problem = sizeProblem(value as unknown as TaskSize)
    if (problem) context.addIssue({ code: 'custom', path: ['memory'], message: problem })
  })
