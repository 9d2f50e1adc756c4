/** `npm run build`: a bundle for each function, in dist/functions; `pulumi up` does it by itself. */
import { buildFunctions } from '../services/bundle.ts'

for (const { name, bytes, inputs } of await buildFunctions())
  console.log(`${name.padEnd(12)} ${(bytes / 1024).toFixed(0).padStart(5)} KiB from ${inputs} files`)
