/** What a bundle begins with; dependencies in CommonJS ask for `require`. */
export const builtinsBanner = 'const require = process.getBuiltinModule;'

const statement = /(?<=^|[;}\n])import ?([\w$]+|\{[^{}]*\}|\* ?as [\w$]+) ?from ?"((?:node:)?[a-z_/]+)";?/gm

/**
 * Takes Node's own modules with `process.getBuiltinModule` instead of `import`, all of them at the bundle's beginning.
 * To import one, Node builds a module with every name that it exports around it: an eighth of the time in which
 * log-shipper's bundle is imported (`benchmarks/functions.ts`).
 * @param code a bundle by esbuild in ESM, which has no other imports left
 */
export function requireBuiltins(code: string): string {
  const taken: string[] = []
  const rest = code.replaceAll(statement, (_, names: string, module: string) => {
    const pattern = names.startsWith('{')
      ? names.replaceAll(/([\w$]+) as ([\w$]+)/g, '$1: $2')
      : names.replace(/^\* ?as /, '')
    taken.push(`const ${pattern} = require("${module}");`)
    return ''
  })
  if (!rest.startsWith(builtinsBanner)) throw new Error('the bundle does not begin with its banner')
  return `${builtinsBanner}${taken.join('')}${rest.slice(builtinsBanner.length)}`
}
