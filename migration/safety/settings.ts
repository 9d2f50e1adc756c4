import { z } from 'zod'

/** A time of every day in which switchovers are allowed. */
export const windowSchema = z.strictObject({
  /** Its begin on the wall clock of `timezone`, `hh:mm`. */
  startsAt: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day as hh:mm, 24 hours'),
  hours: z.int().min(1).max(24),
  timezone: z.string().refine((zone) => zone === 'UTC' || Intl.supportedValuesOf('timeZone').includes(zone), {
    error: 'a time zone of the IANA list, such as Europe/Berlin or UTC',
  }),
})

export type Window = z.output<typeof windowSchema>

/** How many of whom must agree; who runs the runbook is none of them. */
export const approvalsSchema = z
  .strictObject({
    required: z.int().min(1).max(10),
    /** User names on this machine, or ARNs of users and roles for a stack. */
    approvers: z.array(z.string().min(1)).min(1),
  })
  .refine(({ required, approvers }) => new Set(approvers).size > required, {
    error: 'approvers must be more people than required: who runs the runbook is none of them',
    path: ['approvers'],
  })

export type Approvals = z.output<typeof approvalsSchema>
