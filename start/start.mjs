/**
 * Starts a command of scripts/, or another program of the project by its path, faster than tsx does (bundle.mjs):
 * node start/start.mjs verify …, node start/start.mjs services/payments/server.ts
 */
import { startable } from './bundle.mjs'

process.setSourceMapsEnabled(true)
const [name] = process.argv.splice(2, 1)
await import(await startable(name.endsWith('.ts') ? name : `scripts/${name}.ts`))
