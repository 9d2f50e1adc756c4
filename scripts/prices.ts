/** Looks up the prices of prices/us-east-1.json in AWS's price list: npm run prices. Needs credentials that may pricing:GetProducts. */

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PricingClient } from '@aws-sdk/client-pricing'
import { type PriceFile, refresh } from '../prices/refresh.ts'

const path = join(import.meta.dirname, '../prices/us-east-1.json')
try {
  const file = JSON.parse(readFileSync(path, 'utf8')) as PriceFile
  // The price list of all regions is served from here.
  const {
    file: next,
    changed,
    missing,
  } = await refresh(file, new PricingClient({ region: 'us-east-1' }), new Date())
  writeFileSync(path, `${JSON.stringify(next, null, 2)}\n`)
  for (const { name, old, now } of changed) console.log(`${name}: ${old} → ${now}`)
  for (const name of missing) console.log(`${name}: not one price in AWS's list; left as it was`)
  console.log(`${changed.length} changed, ${missing.length} not found`)
} catch (error) {
  process.stderr.write(`prices: ${(error as Error).message}\n`)
  process.exitCode = 2
}
