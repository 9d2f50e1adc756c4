/** Part of `npm run lint`: no pool or client is made inside a handler; see lint/handler-scope.ts. */
import { readdirSync, readFileSync } from 'node:fs'
import { findingText, madeInside } from '../lint/handler-scope.ts'

const files = readdirSync('services', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => `services/${file}`)
const findings = files.flatMap((file) => madeInside(readFileSync(file, 'utf8'), file))
for (const finding of findings) console.error(findingText(finding))
if (findings.length > 0) process.exitCode = 1
else console.log(`${files.length} files of services/ make pools and clients at module scope`)
