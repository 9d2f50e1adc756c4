/** `npm run build [-- watchdog]`: a bundle for each function, in dist/functions, which `pulumi up` makes by itself; and the watchdog's. */
import { buildWatchdog } from '../migration/watchdog/bundle.ts'
import { buildFunctions } from '../services/bundle.ts'

if (process.argv[2] !== 'watchdog')
  for (const { name, bytes, inputs } of await buildFunctions())
    console.log(`${name.padEnd(12)} ${(bytes / 1024).toFixed(0).padStart(5)} KiB from ${inputs} files`)
await buildWatchdog()
