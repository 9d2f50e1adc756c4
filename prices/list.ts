import { readFileSync } from 'node:fs'
import { z } from 'zod'

/** Where a figure is from and when it held. */
const origin = { source: z.string().min(1), asOf: z.string().regex(/^\d{4}(-\d\d(-\d\d)?)?$/) }
const usd = z.strictObject({ usd: z.number().positive(), ...origin })
const amount = z.strictObject({ value: z.number().positive(), ...origin })

/** A rate of a service; `sourced` says whether anybody could look it up when it was written. */
const rate = z.strictObject({
  usd: z.number().positive(),
  /** What it is for one of: `hour`, `GB`, `month`. */
  unit: z.string(),
  sourced: z.boolean(),
  ...origin,
})

/** What a stack's resources are priced by. */
export const rateNames = [
  'natGatewayHour',
  'natGatewayGb',
  'publicAddressHour',
  'albHour',
  'albCapacityHour',
  'nlbHour',
  'nlbCapacityHour',
  'interfaceEndpointHour',
  'interfaceEndpointGb',
  'kmsKeyMonth',
  'secretMonth',
  'wafAclMonth',
  'wafRuleMonth',
  'wafMillionRequests',
  'alarmMonth',
  'dashboardMonth',
  'logIngestGb',
  'logStoreGbMonth',
  'auroraGbMonth',
  'auroraMillionRequests',
  'searchGbMonth',
  'hostedZoneMonth',
  'vpnConnectionHour',
  'provisionedGbHour',
] as const
export type RateName = (typeof rateNames)[number]

export const architectures = ['x86_64', 'arm64'] as const
export type Architecture = (typeof architectures)[number]

const byArchitecture = <T extends z.ZodType>(of: T) => z.strictObject({ x86_64: of, arm64: of })

const schema = z.strictObject({
  region: z.string(),
  currency: z.literal('USD'),
  asOf: origin.asOf,
  hoursPerMonth: z.number().positive(),
  lambda: z.strictObject({
    requestsPerMillion: usd,
    freeRequests: amount,
    freeGbSeconds: amount,
    gbSecond: byArchitecture(
      z.strictObject({
        tiers: z
          .array(
            z.strictObject({
              upToGbSeconds: z.number().positive().nullable(),
              usd: z.number().positive(),
            }),
          )
          .min(1),
        ...origin,
      }),
    ),
  }),
  fargate: byArchitecture(z.strictObject({ vcpuHour: usd, gbHour: usd })),
  hosts: z.strictObject({
    volumeGbMonth: usd,
    types: z.array(
      z.strictObject({
        name: z.string(),
        architecture: z.enum(architectures),
        vcpu: z.number().positive(),
        memoryGb: z.number().positive(),
        usdPerHour: z.number().positive(),
        ...origin,
      }),
    ),
  }),
  rates: z.record(z.enum(rateNames), rate),
  /** An hour of a database class, a search node or a host that is not among `hosts`. */
  instances: z.record(z.string(), rate),
})

/** Prices of one region in US dollars; every figure carries its source and date. */
export type Prices = z.infer<typeof schema>

/** On-demand prices of us-east-1, from the dated file beside this one. */
export function readPrices(file: string | URL = new URL('./us-east-1.json', import.meta.url)): Prices {
  return schema.parse(JSON.parse(readFileSync(file, 'utf8')))
}
