/** Reads the type expressions that @pulumi/aws writes in its `.d.ts` files. */

/** What a value may be. `resource` is a resource class given where its id or ARN would do. */
export type ValueType =
  | { kind: 'string' | 'number' | 'boolean' | 'any' | 'asset' | 'resource' }
  | { kind: 'array' | 'map'; of: ValueType }
  | { kind: 'object' | 'enum'; name: string }
  | { kind: 'union'; of: ValueType[] }

/** A property: its type, and whether it may be absent. */
export interface Property {
  type: ValueType
  required: boolean
}

const tokens = (text: string): string[] => text.match(/[A-Za-z_][\w.]*|\[\]|[<>{}()[\]|:;?,]|"[^"]*"/g) ?? []

const primitives: Record<string, ValueType> = {
  string: { kind: 'string' },
  number: { kind: 'number' },
  boolean: { kind: 'boolean' },
  any: { kind: 'any' },
  'pulumi.ID': { kind: 'string' },
  'pulumi.asset.Asset': { kind: 'asset' },
  'pulumi.asset.Archive': { kind: 'asset' },
}

/** Parses one type. `undefined` in a union sets `optional`; the wrappers `Input` and `Output` are transparent. */
export const parseType = (text: string): { type: ValueType; optional: boolean } => {
  const words = tokens(text)
  let at = 0
  let optional = false
  const fail = (): never => {
    throw new Error(`cannot read the type «${text.trim()}» at word ${at + 1}: «${words[at] ?? 'end'}»`)
  }
  const eat = (word: string) => (words[at] === word ? at++ : fail())

  const single = (): ValueType => {
    const word = words[at++]
    if (word === undefined) return fail()
    if (word === 'pulumi.Input' || word === 'pulumi.Output') {
      eat('<')
      const inner = union()
      eat('>')
      return inner
    }
    if (word === 'Record') {
      eat('<')
      union()
      eat(',')
      const of = union()
      eat('>')
      return { kind: 'map', of }
    }
    if (word === '(') {
      const inner = union()
      eat(')')
      return inner
    }
    if (word === '{') {
      eat('[')
      at += 1
      eat(':')
      eat('string')
      eat(']')
      eat(':')
      const of = union()
      if (words[at] === ';') at++
      eat('}')
      return { kind: 'map', of }
    }
    if (word.startsWith('inputs.') || word.startsWith('outputs.'))
      return { kind: 'object', name: word.slice(word.indexOf('.') + 1) }
    if (word.startsWith('enums.')) return { kind: 'enum', name: word.slice('enums.'.length) }
    return primitives[word] ?? (/^[A-Z]/.test(word) || word.includes('.') ? { kind: 'resource' } : fail())
  }
  const suffixed = (): ValueType => {
    let type = single()
    while (words[at] === '[]') {
      at++
      type = { kind: 'array', of: type }
    }
    return type
  }
  const union = (): ValueType => {
    const members: ValueType[] = []
    for (;;) {
      if (words[at] === 'undefined') {
        optional = true
        at++
      } else members.push(suffixed())
      if (words[at] !== '|') break
      at++
    }
    return members.length === 1 ? members[0]! : { kind: 'union', of: members }
  }

  const type = union()
  if (words[at] !== undefined) fail()
  return { type, optional }
}

/** Reads the properties of one interface or class body. Comments are dropped; `static` members and methods skipped. */
export const parseMembers = (body: string): Map<string, Property> => {
  const members = new Map<string, Property>()
  const bare = body.replace(/\/\*[\s\S]*?\*\//g, '')
  for (const [, name, mark, text] of bare.matchAll(
    /^ {4,8}(?:readonly )?([A-Za-z_]\w*)(\?)?: ([\s\S]*?);$(?!\n\s*\})/gm,
  )) {
    const { type, optional } = parseType(text!)
    members.set(name!, { type, required: mark === undefined && !optional })
  }
  return members
}
