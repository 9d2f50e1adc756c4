import program from './index.ts'
import { buildFunctions } from './services/bundle.ts'

/**
 * What Pulumi runs: index.ts, after the bundles of the functions were built. So a clean clone previews and deploys the
 * code it has, and nobody deploys what was built before the last change. The offline preview runs index.ts alone.
 */
export default async function deploy() {
  await buildFunctions('dist/functions')
  return program()
}
