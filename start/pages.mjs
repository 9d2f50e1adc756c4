/** Lets zx run a page: `node --import ./start/pages.mjs node_modules/zx/build/cli.js runbooks/cutover.md`. */
import { register } from 'node:module'
import { startable } from './bundle.mjs'

process.setSourceMapsEnabled(true)
// What a page imports, made into one file: the run begins a second sooner.
const runbook = await startable('migration/runbook.ts')
const hook = `export const resolve = (specifier, context, next) =>
  specifier === '#runbook' ? { url: ${JSON.stringify(runbook)}, shortCircuit: true } : next(specifier, context)`
register(`data:text/javascript,${encodeURIComponent(hook)}`)
