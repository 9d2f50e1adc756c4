import Module from 'node:module'

/**
 * Import before anything of Pulumi. Its runtime loads a TypeScript compiler and npm's tree builder, a third of the
 * time a preview takes, to turn functions written inside a program into Lambda code. There are none here, and a
 * program that has one fails with the name of what is missing.
 *
 * It also notes a stack trace with each of the thousands of promises a run makes, a third of the rest.
 */
const unused = new Set(['./closure/serializeClosure', './closure/codePaths'])

type Load = (request: string, parent: { filename?: string } | undefined, isMain: boolean) => unknown
const loader = Module as unknown as { _load: Load }
const load = loader._load

loader._load = function lean(request, parent, isMain) {
  const from = parent?.filename ?? ''
  if (unused.has(request) && /@pulumi[\\/]pulumi[\\/]runtime[\\/]index\.js$/.test(from)) return {}
  const loaded = load.call(this, request, parent, isMain)
  if (/^\.+\/(runtime\/)?debuggable$/.test(request) && /@pulumi[\\/]pulumi[\\/]/.test(from))
    return { ...(loaded as object), debuggablePromise: <T>(promise: Promise<T>) => promise }
  return loaded
}
