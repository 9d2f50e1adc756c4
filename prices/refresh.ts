import { type Filter, GetProductsCommand, type PricingClient } from '@aws-sdk/client-pricing'
import type { RateName } from './list.ts'

/** How AWS's price list names what a rate is for: the service, and attributes that leave one product. */
interface Product {
  service: string
  filters: Record<string, string>
}

/** Rates of one service, each by its usage type, and what else picks their products out. */
const usages = <Name extends RateName>(
  service: string,
  usagetypes: Record<Name, string>,
  more: Record<string, string> = {},
): Record<Name, Product> => {
  const entries = Object.entries<string>(usagetypes)
  const product = (usagetype: string): Product => ({ service, filters: { usagetype, ...more } })
  return Object.fromEntries(entries.map(([name, usagetype]) => [name, product(usagetype)])) as Record<
    Name,
    Product
  >
}

/** us-east-1 has usage types without a prefix. */
export const products: Record<RateName, Product> = {
  ...usages(
    'AmazonEC2',
    { natGatewayHour: 'NatGateway-Hours', natGatewayGb: 'NatGateway-Bytes' },
    { group: 'NGW:NatGateway' },
  ),
  ...usages('AmazonVPC', {
    publicAddressHour: 'PublicIPv4:InUseAddress',
    interfaceEndpointHour: 'VpcEndpoint-Hours',
    interfaceEndpointGb: 'VpcEndpoint-Bytes',
    vpnConnectionHour: 'VPN-Usage-Hours:ipsec.1',
  }),
  ...usages(
    'AWSELB',
    { albHour: 'LoadBalancerUsage', albCapacityHour: 'LCUUsage' },
    { productFamily: 'Load Balancer-Application' },
  ),
  ...usages(
    'AWSELB',
    { nlbHour: 'LoadBalancerUsage', nlbCapacityHour: 'LCUUsage' },
    { productFamily: 'Load Balancer-Network' },
  ),
  ...usages('awskms', { kmsKeyMonth: 'us-east-1-KMS-Keys' }),
  ...usages('AWSSecretsManager', { secretMonth: 'USE1-AWSSecretsManager-Secrets' }),
  ...usages('awswaf', {
    wafAclMonth: 'USE1-WebACLV2',
    wafRuleMonth: 'USE1-RuleV2',
    wafMillionRequests: 'USE1-RequestV2-Tier1',
  }),
  ...usages('AmazonCloudWatch', {
    alarmMonth: 'CW:AlarmMonitorUsage',
    dashboardMonth: 'DashboardsUsageHour',
    logIngestGb: 'DataProcessing-Bytes',
    logStoreGbMonth: 'TimedStorage-ByteHrs',
  }),
  ...usages(
    'AmazonRDS',
    { auroraGbMonth: 'Aurora:StorageUsage', auroraMillionRequests: 'Aurora:StorageIOUsage' },
    { databaseEngine: 'Any' },
  ),
  ...usages('AmazonES', { searchGbMonth: 'ES:GP3-Storage' }),
  ...usages('AmazonRoute53', { hostedZoneMonth: 'HostedZone' }),
  ...usages('AWSLambda', { provisionedGbHour: 'Lambda-Provisioned-Concurrency-ARM' }),
}

/** What a rate is a multiple of in AWS's list: it counts single requests and seconds. */
const scale: Partial<Record<RateName, number>> = {
  wafMillionRequests: 1e6,
  auroraMillionRequests: 1e6,
  provisionedGbHour: 3600,
}

const instanceProduct = (name: string): Product =>
  name.startsWith('db.')
    ? {
        service: 'AmazonRDS',
        filters: { instanceType: name, databaseEngine: 'Aurora PostgreSQL', storage: 'EBS Only' },
      }
    : name.endsWith('.search')
      ? { service: 'AmazonES', filters: { instanceType: name } }
      : {
          service: 'AmazonEC2',
          filters: {
            instanceType: name,
            operatingSystem: 'Linux',
            tenancy: 'Shared',
            preInstalledSw: 'NA',
            capacitystatus: 'Used',
          },
        }

/** A price file as JSON, whose rates are looked up. */
export interface PriceFile {
  region: string
  asOf: string
  rates: Record<string, Rate>
  instances: Record<string, Rate>
  hosts: { types: { name: string; usdPerHour: number; source: string; asOf: string }[] }
}
interface Rate {
  usd: number
  unit: string
  sourced: boolean
  source: string
  asOf: string
}

export interface Refreshed {
  file: PriceFile
  changed: { name: string; old: number; now: number }[]
  /** Found no price, or more than one; the figure stays as it was. */
  missing: string[]
}

/** Looks every rate up in AWS's price list. What is not found stays, and is told. */
export async function refresh(file: PriceFile, client: PricingClient, today: Date): Promise<Refreshed> {
  const day = today.toISOString().slice(0, 10)
  const next = structuredClone(file)
  const found: Refreshed = { file: next, changed: [], missing: [] }
  const take = async (
    name: string,
    product: Product,
    factor: number,
    put: (usd: number, source: string) => void,
    old: number,
  ) => {
    const usd = await priceOf(client, file.region, product)
    if (usd === undefined) return void found.missing.push(name)
    const now = Number((usd * factor).toPrecision(8))
    put(now, `AWS Pricing API, ${product.service}`)
    if (now !== old) found.changed.push({ name, old, now })
  }
  const rate = (each: Rate) => (usd: number, source: string) =>
    Object.assign(each, { usd, source, sourced: true, asOf: day })
  for (const [name, each] of Object.entries(next.rates))
    await take(name, products[name as RateName], scale[name as RateName] ?? 1, rate(each), each.usd)
  for (const [name, each] of Object.entries(next.instances))
    await take(name, instanceProduct(name), 1, rate(each), each.usd)
  for (const each of next.hosts.types)
    await take(
      each.name,
      instanceProduct(each.name),
      1,
      (usd, source) => Object.assign(each, { usdPerHour: usd, source, asOf: day }),
      each.usdPerHour,
    )
  if (found.missing.length === 0) next.asOf = day
  return found
}

/** The one on-demand price of a product, its dearest tier; undefined where AWS has none, or several. */
async function priceOf(
  client: PricingClient,
  region: string,
  { service, filters }: Product,
): Promise<number | undefined> {
  const asked: Filter[] = Object.entries({ regionCode: region, ...filters }).map(([Field, Value]) => ({
    Type: 'TERM_MATCH',
    Field,
    Value,
  }))
  const prices = new Set<number>()
  let NextToken: string | undefined
  do {
    const page = await client.send(
      new GetProductsCommand({
        ServiceCode: service,
        Filters: asked,
        FormatVersion: 'aws_v1',
        ...(NextToken && { NextToken }),
      }),
    )
    for (const item of page.PriceList ?? []) {
      const usd = dearest(JSON.parse(String(item)) as Item)
      if (usd > 0) prices.add(usd)
    }
    NextToken = page.NextToken
  } while (NextToken)
  return prices.size === 1 ? [...prices][0] : undefined
}

interface Item {
  terms?: {
    OnDemand?: Record<string, { priceDimensions: Record<string, { pricePerUnit: { USD?: string } }> }>
  }
}

/** The first tier that costs anything is the dearest; free tiers come before it. */
const dearest = ({ terms }: Item): number =>
  Math.max(
    0,
    ...Object.values(terms?.OnDemand ?? {}).flatMap(({ priceDimensions }) =>
      Object.values(priceDimensions).map(({ pricePerUnit }) => Number(pricePerUnit.USD ?? 0)),
    ),
  )
