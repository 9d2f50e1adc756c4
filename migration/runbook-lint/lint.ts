import { marked, type Token } from 'marked'
import { transformMarkdown } from 'zx/cli'
import { steps } from '../steps/index.ts'

export interface Problem {
  runbook: string
  problem: string
}

const runnable = ['js', 'javascript', 'ts', 'typescript', 'sh', 'shell', 'bash']

/**
 * What an operator reads must be what runs. zx finds code by a pattern of its own, so the code that a Markdown
 * parser sees is compared with the code that zx would run; then every step must exist and be explained.
 */
export function lintRunbook(runbook: string, text: string): Problem[] {
  const tokens = marked.lexer(text)
  const problems = [...sameCode(tokens, text), ...wellFormed(tokens), ...explained(tokens)]
  return problems.map((problem) => ({ runbook, problem }))
}

/** Steps that no runbook uses are steps that nobody can run. */
export function unusedSteps(texts: string[]): string[] {
  const used = new Set(
    texts.flatMap((text) => calls(codeOf(marked.lexer(text)).join('\n')).map((call) => call.step)),
  )
  return Object.keys(steps).filter((step) => !used.has(step))
}

/** The code of a runbook as one module, for the type checker. */
export function moduleOf(text: string): string {
  return codeOf(marked.lexer(text)).join('\n')
}

function sameCode(tokens: Token[], text: string): string[] {
  const seen = lines(codeOf(tokens).join('\n'))
  const run = lines(transformMarkdown(Buffer.from(text))).filter((line) => !line.startsWith('//'))
  const extra = run.filter((line) => !seen.includes(line))
  const skipped = seen.filter((line) => !run.includes(line))
  return [
    ...extra.map(
      (line) =>
        `zx would run what reads as prose: «${line}»; indent by less than two spaces, or put it into a block`,
    ),
    ...skipped.map(
      (line) =>
        `zx would skip in silence: «${line}»; the fence must be exactly \`\`\`js, without attribute, indentation or trailing space`,
    ),
  ]
}

function wellFormed(tokens: Token[]): string[] {
  const code = codeOf(tokens)
  // A page without code is read and done by hand.
  if (code.length === 0) return []
  const problems: string[] = []
  if (!code[0]?.includes("from '#runbook'"))
    problems.push("the first block must import runbook from '#runbook'")
  if (!code.at(-1)?.trimEnd().endsWith('await finish()'))
    problems.push('the last block must end with «await finish()»')
  const names = code.flatMap(declaredIn)
  const twice = names.filter((name, at) => names.indexOf(name) !== at)
  for (const name of twice) problems.push(`«${name}» is declared twice: all blocks are one module`)
  for (const { step } of calls(code.join('\n'))) {
    if (!(step in steps)) problems.push(`step «${step}» does not exist`)
  }
  return problems
}

function declaredIn(block: string): string[] {
  const plain = [...block.matchAll(/\b(?:const|let|class|function)\s+(\w+)/g)].map((match) => match[1] ?? '')
  const taken = [...block.matchAll(/\b(?:const|let)\s*\{([^}]*)\}/g)].flatMap((match) =>
    (match[1] ?? '').split(','),
  )
  return [...plain, ...taken.map((name) => name.trim())].filter(Boolean)
}

/** Each block of steps stands under a heading of its own, or shares it with the step that watches it, after prose. */
function explained(tokens: Token[]): string[] {
  const problems: string[] = []
  let prose = false
  let heading = ''
  for (const token of tokens) {
    if (token.type === 'heading') {
      heading = token.text
      prose = token.depth > 1
    }
    if (token.type === 'paragraph' || token.type === 'list') prose = true
    if (token.type === 'code' && calls(token.text).length > 0 && !prose)
      problems.push(`nothing explains the steps under «${heading}»`)
  }
  for (const word of ['Who', 'How long', 'When', 'Before', 'Undo']) {
    const said = tokens.some((token) => token.type === 'paragraph' && token.text.includes(`**${word}`))
    const abort =
      word === 'Undo' && tokens.some((token) => token.type === 'paragraph' && token.text.includes('**Abort'))
    if (!said && !abort) problems.push(`the head does not say **${word}**`)
  }
  return problems
}

const codeOf = (tokens: Token[]): string[] =>
  tokens.flatMap((token) =>
    token.type === 'code' && runnable.includes((token.lang ?? '').split(/\s/)[0] ?? '') ? [token.text] : [],
  )

const calls = (code: string): { step: string }[] =>
  [...code.matchAll(/\bstep\('([^']*)'/g)].map((match) => ({ step: match[1] ?? '' }))

const lines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
