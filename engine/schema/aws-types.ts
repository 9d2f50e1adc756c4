/**
 * The types of @pulumi/aws, read from its own `.d.ts` files: the package carries no schema file, but its types are one.
 * Read when asked for: a program uses some eighty of 1,738 resources.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type Property, parseMembers } from './type-text.ts'

export interface ResourceType {
  inputs: Map<string, Property>
  /** What the class exposes; `required` false means the provider may leave it out. */
  outputs: Map<string, Property>
  /** Inputs whose documentation says that a change replaces the resource. */
  documentedReplacements: Set<string>
}

const packageFolder = dirname(createRequire(import.meta.url).resolve('@pulumi/aws/package.json'))

const memo = <V>(make: (key: string) => V): ((key: string) => V) => {
  const known = new Map<string, V>()
  return (key) => {
    if (!known.has(key)) known.set(key, make(key))
    return known.get(key)!
  }
}

const read = memo((file) => readFileSync(join(packageFolder, file), 'utf8'))

/** The text between the braces of a declaration; generated code closes at the indentation it opened with. */
const bodyOf = (text: string, opening: string, from = 0): string | undefined => {
  const start = text.indexOf(opening, from)
  if (start < 0) return undefined
  const indent = start - (text.lastIndexOf('\n', start) + 1)
  const end = text.indexOf(`\n${' '.repeat(indent)}}`, start)
  return text.slice(start + opening.length, end < 0 ? undefined : end + 1)
}

/** A few files are not spelled as their token: `s3Location` is in s3location.d.ts, `kendra/index` in index_.d.ts. */
const fileOf = (path: string): string | undefined => {
  if (!path.endsWith('/index') && existsSync(join(packageFolder, `${path}.d.ts`))) return `${path}.d.ts`
  const wanted = `${path.slice(path.lastIndexOf('/') + 1)}.d.ts`
    .replace('index.d.ts', 'index_.d.ts')
    .toLowerCase()
  const folder = dirname(path)
  if (!existsSync(join(packageFolder, folder))) return undefined
  const file = readdirSync(join(packageFolder, folder)).find((f) => f.toLowerCase() === wanted)
  return file === undefined ? undefined : join(folder, file)
}

const argsOf = (file: string, className: string): string =>
  bodyOf(read(file), `export interface ${className}Args {\n`) ?? ''

const replacements = (body: string): Set<string> => {
  const found = new Set<string>()
  for (const [, comment, name] of body.matchAll(
    /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*(?:readonly )?(\w+)\??:/g,
  )) {
    const words = comment!.replace(/\s*\*\s*/g, ' ')
    if (
      /forces? (?:the creation of )?(?:a )?(?:new resource|re-?creat|replace)|new resource to be created|(?:will|to) be recreated/i.test(
        words,
      )
    )
      found.add(name!)
  }
  return found
}

/**
 * The resource of a token, for example `aws:alb/listener:Listener`; undefined when @pulumi/aws has no such resource.
 * `pulumi:providers:aws` gives the provider's own settings.
 */
export const resourceType = memo((token): ResourceType | undefined => {
  const [, path, className] =
    token === 'pulumi:providers:aws' ? ['', 'provider', 'Provider'] : token.split(':')
  if (path === undefined || className === undefined) return undefined
  const file = fileOf(path.replace(/^index\//, ''))
  if (file === undefined) return undefined
  const args = argsOf(file, className)
  const body = bodyOf(read(file), `export declare class ${className} extends pulumi.`)
  if (body === undefined) return undefined
  return {
    inputs: parseMembers(args),
    outputs: parseMembers(body.slice(body.indexOf('{\n'))),
    documentedReplacements: replacements(args),
  }
})

const nestedIn = (file: string) => {
  const startOf = memo((namespace) => read(file).indexOf(`export declare namespace ${namespace} {`))
  return memo((name): Map<string, Property> => {
    const text = read(file)
    const dot = name.lastIndexOf('.')
    const from = dot < 0 ? 0 : startOf(name.slice(0, dot))
    const body = bodyOf(text, `interface ${name.slice(dot + 1)} {\n`, Math.max(from, 0))
    if (body === undefined || from < 0) throw new Error(`@pulumi/aws: ${file} has no type ${name}`)
    return parseMembers(body)
  })
}

/** The properties of a nested input type, for example `alb.ListenerDefaultAction`. */
export const nestedInput = nestedIn('types/input.d.ts')

/** The properties of a nested output type. */
export const nestedOutput = nestedIn('types/output.d.ts')

/** The values of an enum, for example `lambda.Runtime`. */
export const enumValues = memo((name): Set<string> => {
  const dot = name.lastIndexOf('.')
  const file = join('types/enums', dot < 0 ? '' : name.slice(0, dot).replaceAll('.', '/'), 'index.d.ts')
  const body = bodyOf(read(file), `export declare const ${name.slice(dot + 1)}: {\n`)
  if (body === undefined) throw new Error(`@pulumi/aws: ${file} has no enum ${name}`)
  return new Set([...body.matchAll(/readonly \w+: "([^"]*)"/g)].map((m) => m[1]!))
})

/** Every resource token of the package; for a test that all of them can be read. Reads all 1,700 files. */
export const allTokens = (): string[] =>
  readdirSync(packageFolder, { recursive: true, encoding: 'utf8' })
    .filter((f) => f.endsWith('.js') && !f.startsWith('node_modules'))
    .flatMap(
      (f) => readFileSync(join(packageFolder, f), 'utf8').match(/__pulumiType = '(aws:[^']+)'/)?.[1] ?? [],
    )
