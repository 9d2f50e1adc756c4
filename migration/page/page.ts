import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { marked, type Token } from 'marked'

/** What every step of a runbook says, in this order. */
export const partNames = ['Why', 'Expect', 'Abort when', 'If it hangs', 'Undo', 'Who', 'Time'] as const
export type PartName = (typeof partNames)[number]

/** What the head of every runbook says. */
export const headNames = ['Who', 'How long', 'When', 'Before', 'Abort when', 'Undo'] as const

/** A numbered section: what is done, how to know that it went well, and what to do when it did not. */
export interface Section {
  title: string
  /** First paragraph: what it does. */
  does: string
  parts: Partial<Record<PartName, string>>
  code: string[]
}

/** One call of a page: `step('shift-to', 5)` or `approval('prepare')`. */
export interface Call {
  kind: 'step' | 'approval'
  name: string
  /** What stands between the name and the bracket: `5`. */
  args: string
  section?: Section
}

/** A runbook as its reader sees it. */
export interface Page {
  name: string
  title: string
  /** What it is for: the first sentence. */
  purpose: string
  head: Record<string, string>
  sections: Section[]
  calls: Call[]
}

const folder = 'runbooks'

export const pageNames = (): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.md') && name !== 'README.md')
    .map((name) => name.slice(0, -3))
    .sort()

export const pageText = (name: string): string => readFileSync(join(folder, `${name}.md`), 'utf8')

export const readPage = (name: string): Page => parsePage(name, pageText(name))

export function parsePage(name: string, text: string): Page {
  const page: Page = { name, title: name, purpose: '', head: {}, sections: [], calls: [] }
  let section: Section | undefined
  let inHead = true
  for (const token of marked.lexer(text)) {
    if (token.type === 'heading') {
      if (token.depth === 1) page.title = token.text
      else inHead = false
      section = undefined
      if (!/^\d+\.\s/.test(token.text)) continue
      section = { title: token.text, does: '', parts: {}, code: [] }
      page.sections.push(section)
    } else if (token.type === 'paragraph' && inHead) {
      page.purpose ||= plain(/^.*?[.:!](?=\s|$)/.exec(token.text.replaceAll('\n', ' '))?.[0] ?? token.text)
      Object.assign(page.head, labelled(token.text))
    } else if (token.type === 'paragraph' && section) {
      section.does ||= plain(token.text)
    } else if (token.type === 'list' && section) {
      for (const item of token.items) Object.assign(section.parts, labelled(item.text))
    } else if (token.type === 'code') {
      section?.code.push(token.text)
      if (isRunnable(token))
        page.calls.push(...callsIn(token.text).map((call) => ({ ...call, ...(section && { section }) })))
    }
  }
  return page
}

/** `**Who** one operator. **How long** a minute.` as label and text. */
function labelled(text: string): Record<string, string> {
  const parts = text.replaceAll('\n', ' ').split(/\*\*([^*]+)\*\*/)
  const found: Record<string, string> = {}
  for (let at = 1; at < parts.length; at += 2) found[parts[at] ?? ''] ??= plain(parts[at + 1] ?? '')
  return found
}

export const callsIn = (code: string): Call[] =>
  [...code.matchAll(/\b(step|approval)\(\s*'([^']*)'\s*,?\s*([^)]*)\)/g)].map(([, kind, name, args]) => ({
    kind: kind as Call['kind'],
    name: name ?? '',
    args: (args ?? '').trim(),
  }))

const runnable = ['js', 'javascript', 'ts', 'typescript', 'sh', 'shell', 'bash']

/** Code that an operator takes for code that runs, whether zx agrees or not. */
export const isRunnable = (token: Token): boolean =>
  token.type === 'code' && runnable.includes((token.lang ?? '').trim().split(/[\s{]/)[0] ?? '')

/** Markdown's words without its links and stars, for a terminal. */
const plain = (text: string): string =>
  text
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/[*]+/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
