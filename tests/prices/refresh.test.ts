import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { PricingClient } from '@aws-sdk/client-pricing'
import test from 'ava'
import { type PriceFile, refresh } from '../../prices/refresh.ts'

interface Asked {
  ServiceCode: string
  Filters: { Field: string; Value: string }[]
  NextToken?: string
}

const item = (...usd: string[]) =>
  JSON.stringify({
    terms: {
      OnDemand: {
        a: {
          priceDimensions: Object.fromEntries(
            usd.map((each, index) => [index, { pricePerUnit: { USD: each } }]),
          ),
        },
      },
    },
  })

test('prices are looked up page by page; free tiers and what has no single price are left out', async (t) => {
  const asked: Asked[] = []
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const question = JSON.parse(text) as Asked
    asked.push(question)
    const value = (field: string) => question.Filters.find(({ Field }) => Field === field)?.Value
    const answer = () => {
      if (value('usagetype') === 'NatGateway-Hours')
        return question.NextToken
          ? { PriceList: [item('0.0500000000')] }
          : { PriceList: [], NextToken: 'more' }
      if (value('usagetype') === 'USE1-RequestV2-Tier1') return { PriceList: [item('0.0000006000')] }
      if (value('usagetype') === 'HostedZone') return { PriceList: [item('0.5'), item('0.1')] }
      if (value('instanceType') === 'db.r8g.large')
        return { PriceList: [item('0.0000000000', '0.3000000000')] }
      return { PriceList: [] }
    }
    response.setHeader('content-type', 'application/x-amz-json-1.1')
    response.end(JSON.stringify(answer()))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const client = new PricingClient({
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  })
  const file = JSON.parse(
    readFileSync(join(import.meta.dirname, '../../prices/us-east-1.json'), 'utf8'),
  ) as PriceFile
  const { file: next, changed, missing } = await refresh(file, client, new Date('2026-11-25'))
  t.like(next.rates.natGatewayHour, {
    usd: 0.05,
    sourced: true,
    asOf: '2026-11-25',
    source: 'AWS Pricing API, AmazonEC2',
  })
  t.is(next.rates.wafMillionRequests!.usd, 0.6)
  t.is(next.instances['db.r8g.large']!.usd, 0.3)
  t.deepEqual(
    changed.map(({ name }) => name),
    ['natGatewayHour', 'db.r8g.large'],
  )
  t.true(missing.includes('hostedZoneMonth'))
  t.is(next.rates.hostedZoneMonth!.usd, file.rates.hostedZoneMonth!.usd)
  t.is(next.asOf, file.asOf)
  t.true(
    asked.every(({ Filters }) =>
      Filters.some(({ Field, Value }) => Field === 'regionCode' && Value === 'us-east-1'),
    ),
  )
})
