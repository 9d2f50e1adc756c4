import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { type AnyNode, type CallExpression, type NewExpression, parse } from 'acorn'
import { transformSync } from 'esbuild'

export interface HandlerFault {
  /** Path in the project. */
  file: string
  line: number
  says: string
}

/** What holds connections: PostgreSQL's pools and clients, and the clients of AWS. */
const holder = /(Pool|Client|DynamoDBDocument)$/
/** Functions and methods that make one. */
const maker = /^(create|make|open|new)?(Pool|Client)$|^postgres$/i

/** Source files below a folder that export a handler. */
export function handlerFiles(folder: string): string[] {
  const found: string[] = []
  const walk = (at: string): void => {
    for (const name of readdirSync(at).sort()) {
      const path = join(at, name)
      if (name === 'node_modules' || name.startsWith('.')) continue
      if (statSync(path).isDirectory()) walk(path)
      else if (/\.[mc]?[tj]s$/.test(name) && /export\s[^;]*\bhandler\b/.test(readFileSync(path, 'utf8')))
        found.push(path)
    }
  }
  try {
    walk(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  return found
}

/** Pools and clients made while an event is handled, in all handlers below a folder. */
export const handlerFaults = (folder: string, root: string): HandlerFault[] =>
  handlerFiles(folder).flatMap((file) => faultsOf(readFileSync(file, 'utf8'), relative(root, file)))

/** The same for one source text. */
export function faultsOf(source: string, file: string): HandlerFault[] {
  const { code } = transformSync(source, { loader: 'ts', format: 'esm', target: 'es2023' })
  const program = parse(code, { ecmaVersion: 2023, sourceType: 'module' }) as unknown as AnyNode
  const functions = namedFunctions(program)
  const faults: HandlerFault[] = []
  const seen = new Set<AnyNode>()
  const counted = new Map<string, number>()
  const visit = (node: AnyNode, kept: boolean): void => {
    if (node.type === 'NewExpression' || node.type === 'CallExpression') {
      const made = nameMade(node)
      if (made && !kept)
        faults.push({
          file,
          line: lineOf(source, made, node, counted),
          says: `makes ${made} for every event`,
        })
      const called = node.callee.type === 'Identifier' ? functions.get(node.callee.name) : undefined
      if (called && !seen.has(called)) {
        seen.add(called)
        for (const inner of childrenOf(called)) visit(inner, kept)
      }
    }
    for (const child of childrenOf(node)) visit(child, kept || isKept(node, child))
  }
  const handler = functions.get('handler')
  if (handler) {
    seen.add(handler)
    visit(handler, false)
  }
  return faults
}

const nameMade = (node: NewExpression | CallExpression): string | undefined => {
  const callee = node.callee
  const name =
    callee.type === 'Identifier'
      ? callee.name
      : callee.type === 'MemberExpression' && callee.property.type === 'Identifier'
        ? callee.property.name
        : ''
  if (node.type === 'NewExpression') return holder.test(name) ? `new ${name}` : undefined
  const object =
    callee.type === 'MemberExpression' && callee.object.type === 'Identifier' ? callee.object.name : ''
  if (name === 'from' && holder.test(object)) return `${object}.from`
  return maker.test(name) ? name : undefined
}

/** `pool ??= new Pool()` and `if (!pool) pool = new Pool()` make one for all events. */
function isKept(node: AnyNode, child: AnyNode): boolean {
  if (node.type === 'AssignmentExpression')
    return child === node.right && ['??=', '||='].includes(node.operator)
  if (node.type === 'LogicalExpression') return child === node.right && node.operator !== '&&'
  return node.type === 'IfStatement' && child === node.consequent && isAbsence(node.test)
}

const isAbsence = (test: AnyNode): boolean =>
  (test.type === 'UnaryExpression' && test.operator === '!') ||
  (test.type === 'BinaryExpression' &&
    /^===?$/.test(test.operator) &&
    /undefined|null/.test(JSON.stringify(test.right)))

/** Functions by name, of the whole file, also those that are passed through a wrapper: `handler = wrap(async () => …)`. */
function namedFunctions(program: AnyNode): Map<string, AnyNode> {
  const found = new Map<string, AnyNode>()
  const walk = (node: AnyNode): void => {
    if (node.type === 'FunctionDeclaration' && node.id) found.set(node.id.name, node)
    if (
      node.type === 'VariableDeclarator' &&
      node.id.type === 'Identifier' &&
      node.init &&
      holdsFunction(node.init)
    )
      found.set(node.id.name, node.init)
    for (const child of childrenOf(node)) walk(child)
  }
  walk(program)
  return found
}

const holdsFunction = (node: AnyNode): boolean =>
  isFunction(node) || (node.type === 'CallExpression' && node.arguments.some((each) => isFunction(each)))
const isFunction = (node: AnyNode): boolean =>
  node.type === 'ArrowFunctionExpression' || node.type === 'FunctionExpression'

const childrenOf = (node: AnyNode): AnyNode[] =>
  Object.values(node)
    .flat()
    .filter((each): each is AnyNode => typeof each === 'object' && each !== null && 'type' in each)

/** Types are gone from what is parsed, so the line is looked up in the source: the n-th of its kind. */
function lineOf(source: string, made: string, node: AnyNode, counted: Map<string, number>): number {
  const times = counted.get(made) ?? 0
  counted.set(made, times + 1)
  const name = made.replace('new ', '').replaceAll('.', '\\.')
  const pattern = new RegExp(made.startsWith('new ') ? `new\\s+(\\w+\\.)*${name}\\b` : `\\b${name}\\b`, 'g')
  const places = [...source.matchAll(pattern)].map(({ index }) => index)
  const at = places[Math.min(times, places.length - 1)] ?? node.start
  return source.slice(0, at).split('\n').length
}
