import { transformSync } from 'esbuild'
import { marked, type Tokens } from 'marked'
import { transformMarkdown } from 'zx/cli'
import { isRunnable } from '../page/page.ts'

/** The code that a reader of the rendered page takes for code that runs, wherever it stands. */
export function codeOf(text: string): Tokens.Code[] {
  const found: Tokens.Code[] = []
  marked.walkTokens(marked.lexer(text), (token) => {
    if (isRunnable(token)) found.push(token as Tokens.Code)
  })
  return found
}

/** The code of a runbook as one module, for the type checker. */
export const moduleOf = (text: string): string =>
  codeOf(text)
    .filter((code) => !isShell(code))
    .map((code) => code.text)
    .join('\n')

export function codeProblems(text: string): string[] {
  const code = codeOf(text)
  const ran = ranBy(text)
  const problems = [...sameCode(linesOf(code.map((block) => block.text).join('\n')), ran), ...shell(code)]
  // A page without code is read and done by hand.
  if (code.length === 0) return problems
  if (!code[0]?.text.includes("from '#runbook'"))
    problems.push("the first block must import runbook from '#runbook'")
  if (!code.at(-1)?.text.trimEnd().endsWith('await finish()'))
    problems.push('the last block must end with «await finish()»')
  return [...problems, ...syntax(moduleOf(text))]
}

/** Lines that zx would run, without what it wraps them in. */
const ranBy = (text: string): string[] =>
  linesOf(transformMarkdown(Buffer.from(text))).filter(
    (line) => !line.startsWith('//') && line !== 'await $`' && line !== '`',
  )

function sameCode(seen: string[], ran: string[]): string[] {
  const problems: string[] = []
  const extra = (line: string) =>
    `zx would run what reads as prose: «${line}»; indent by less than two spaces, or put it into a block`
  const skipped = (line: string) =>
    `zx would skip in silence: «${line}»; the fence must be exactly \`\`\`js, without attribute, indentation or trailing space`
  let [at, of] = [0, 0]
  while (at < seen.length || of < ran.length) {
    const [read = '', run = ''] = [seen[at], ran[of]]
    if (at < seen.length && of < ran.length && read === run) {
      at++
      of++
      continue
    }
    // The same line may stand in several blocks: order counts, not only presence.
    const later = at < seen.length ? ran.indexOf(read, of) : -1
    const before = of < ran.length ? seen.indexOf(run, at) : -1
    if (at < seen.length && (later === -1 || (before !== -1 && before - at <= later - of))) {
      problems.push(skipped(read))
      at++
    } else {
      problems.push(extra(run))
      of++
    }
  }
  return problems
}

const isShell = ({ lang = '' }: Tokens.Code): boolean => /^(sh|shell|bash)\b/.test(lang.trim())

/** A shell block is a template of JavaScript. */
function shell(code: Tokens.Code[]): string[] {
  return code.filter(isShell).flatMap(({ text }) =>
    linesOf(text).flatMap((line) => {
      const trap = /\$\{|`|\\/.exec(line)?.[0]
      return trap
        ? [
            `in a shell block «${trap}» is JavaScript's, not the shell's: «${line}»; write a step, or \`\`\`console`,
          ]
        : []
    }),
  )
}

/** zx gives the module to Node as JavaScript: annotations of types and second declarations fail there. */
function syntax(module: string): string[] {
  try {
    transformSync(module, { loader: 'js', format: 'esm', logLevel: 'silent' })
    return []
  } catch (error) {
    const { errors = [] } = error as { errors?: { text: string; location?: { lineText: string } | null }[] }
    return errors.map(({ text, location }) => {
      const twice = /The symbol "(.+)" has already been declared/.exec(text)?.[1]
      const where = location ? `: «${location.lineText.trim()}»` : ''
      return twice
        ? `«${twice}» is declared twice: all blocks are one module${where}`
        : `it is not JavaScript (${text})${where}; types belong into migration/steps`
    })
  }
}

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
