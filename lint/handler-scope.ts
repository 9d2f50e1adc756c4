import { SourceMap } from 'node:module'
import { type Node, parse } from 'acorn'
import { transformSync } from 'esbuild'

/** A pool or client that is made where it is made anew with every call. */
export interface Finding {
  file: string
  /** From 1. */
  line: number
  /** Such as `new Pool`. */
  what: string
}

/** What keeps connections open, by the name of its class or of what makes it. */
const keepers = /(Pool|Client|Database|PersistenceLayer)$/
const makers = /^(open|create)[A-Z]?\w*(Pool|Client|Database)$/

const functions = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'])

/** Says beside a line why it is right there: `// handler-scope: a reason of some words`. */
const excuse = /\/\/ handler-scope: (\S+\s+){2,}\S/

type Tree = Node & Record<string, unknown> & { loc: { start: { line: number; column: number } } }

const isNode = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string'

/** The last name of `pg.Pool`, `this.Pool`, `Pool`. */
function nameOf(callee: unknown): string {
  if (!isNode(callee)) return ''
  if (callee.type === 'MemberExpression') return nameOf(callee.property)
  return String((callee as { name?: unknown }).name ?? '')
}

function madeBy({ type, callee }: Tree): string | undefined {
  const name = nameOf(callee)
  if (type === 'NewExpression' && keepers.test(name)) return `new ${name}`
  if (type === 'CallExpression' && makers.test(name)) return name
  return undefined
}

/**
 * Every place in a file of TypeScript where a pool or client is made inside a function: there, each call opens
 * connections of its own, and a burst of function instances exhausts the database. At module scope it is made once an
 * instance. Syntactic, so that it needs no types; a name tells what keeps connections.
 */
export function madeInside(source: string, file: string): Finding[] {
  const { code, map } = transformSync(source, { loader: 'ts', sourcemap: 'external', sourcefile: file })
  const lines = source.split('\n')
  const original = new SourceMap(JSON.parse(map))
  const findings: Finding[] = []

  const visit = (value: unknown, inside: boolean): void => {
    if (Array.isArray(value)) for (const each of value) visit(each, inside)
    if (!isNode(value)) return
    const what = inside ? madeBy(value) : undefined
    if (what) note(what, value)
    const perInstance = value.type === 'PropertyDefinition' && value.static !== true
    const deeper = inside || functions.has(value.type) || perInstance
    for (const [key, child] of Object.entries(value)) if (key !== 'loc') visit(child, deeper)
  }
  const note = (what: string, { loc: { start } }: Tree) => {
    const entry = original.findEntry(start.line - 1, start.column) as { originalLine: number }
    const line = entry.originalLine + 1
    if ([lines[line - 1], lines[line - 2]].some((text) => excuse.test(text ?? ''))) return
    findings.push({ file, line, what })
  }

  visit(parse(code, { ecmaVersion: 'latest', sourceType: 'module', locations: true }), false)
  return findings
}

export const findingText = ({ file, line, what }: Finding): string =>
  `${file}:${line}: ${what} inside a function: make it at module scope, once an instance, or say why not in «// handler-scope: …»`
