import { readFile } from 'node:fs/promises'
import type { Plugin } from 'esbuild'

/** What of a dependency is changed on its way into a bundle: what nobody calls there need not be loaded. */
interface Change {
  file: RegExp
  change(text: string): string
}

const changes: Change[] = [
  // zod's messages in 50 languages are a quarter of a megabyte; we write our own, in one.
  {
    file: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/,
    change: () => "export { default as en } from './en.js'",
  },
  // Shapes of calls that we do not make: esbuild keeps an object whose key is a variable.
  { file: /[\\/]dist-es[\\/]schemas[\\/]schemas_\d+\.js$/, change: literalKeys },
]

function literalKeys(text: string): string {
  const constants = new Map(
    [...text.matchAll(/^const (\w+) = ("[^"\\]*");$/gm)].map(([, name, value]) => [name!, value!]),
  )
  return text.replace(/(?<=[{,]\s*)\[(\w+)\](?=:)/g, (whole, name) => constants.get(name) ?? whole)
}

export const lean: Plugin = {
  name: 'lean',
  setup({ onLoad }) {
    for (const { file, change } of changes)
      onLoad({ filter: file }, async ({ path }) => ({
        contents: change(await readFile(path, 'utf8')),
        loader: 'js',
      }))
  },
}

/**
 * What the AWS SDK loads when it is asked for, which a function never does: Lambda gives credentials in the environment
 * (SnapStart, which does not, is for Java and Python), and no call of ours streams events.
 */
const absent =
  /^@aws-sdk\/credential-provider-(http|ini|process|sso|web-identity)$|^@smithy\/credential-provider-imds$/
const eventStreams = `
export const resolveEventStreamSerdeConfig = (config) => config
export const eventStreamSerdeProvider = () => undefined`

export const absentFromFunctions: Plugin = {
  name: 'absent-from-functions',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: absent }, ({ kind, path }) =>
      kind === 'dynamic-import' ? { path, namespace: 'absent' } : undefined,
    )
    onLoad({ filter: /./, namespace: 'absent' }, ({ path }) => ({
      contents: `throw new Error(${JSON.stringify(`${path} is left out of functions (services/lean.ts)`)})`,
    }))
    onResolve({ filter: /^@smithy\/core\/event-streams$/ }, ({ path }) => ({
      path,
      namespace: 'event-streams',
      sideEffects: false,
    }))
    onLoad({ filter: /./, namespace: 'event-streams' }, () => ({ contents: eventStreams }))
  },
}
