import { masked } from '../values.ts'

/** Words of a report: Markdown in which nothing of the program is read as Markdown, and no secret is shown. */

const patterns: [RegExp, string][] = [
  [/\b(AKIA|ASIA)[A-Z0-9]{16}\b/g, masked],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, masked],
  [/\b(gh[pousr]_|github_pat_)[A-Za-z0-9_]{20,}/g, masked],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+/g, masked],
  [/(:\/\/[^/\s:@"]+:)[^/\s@"]+@/g, `$1${masked}@`],
  // Neither the rights on secrets nor the ARNs of secrets are secret.
  [
    /("?[\w-]*(?:password|passwd|secret|token|api_?key|private_?key)[\w-]*"?\s*[:=]\s*"?)(?<!\bsecretsmanager:|:secretsmanager:[\w-]*:\d{12}:secret:)(?!arn:|<|\d+\b|true\b|false\b|null\b)[^",}\s]{6,}/gi,
    `$1${masked}`,
  ],
]

/** A text without what looks like a secret. */
export const withoutSecrets = (text: string): string =>
  patterns.reduce((shown, [pattern, instead]) => shown.replace(pattern, instead), text)

/** Property names whose plain value is a secret. */
const soundsSecret = /(password|passwd|secretString|token|privateKey|apiKey|authKey|preSharedKey)$/i

const longest = 90

/** A value in few words. */
export function valueText(value: unknown, path = '', most = longest): string {
  if (value === undefined) return 'nothing'
  if (soundsSecret.test(path) && typeof value === 'string' && !/^(arn:|<)/.test(value)) return masked
  const text = withoutSecrets(typeof value === 'string' ? value : JSON.stringify(value))
  const line = text.replaceAll(/\s+/g, ' ')
  if (line === '') return 'nothing'
  return line.length > most ? `${line.slice(0, most - 1)}…` : line
}

/** Code in Markdown, whatever the text holds; also in a cell of a table. */
export function code(text: string): string {
  const line = oneLine(text).replaceAll('|', '¦')
  const ticks = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(ticks + 1)
  return ticks > 0 ? `${fence} ${line} ${fence}` : `${fence}${line}${fence}`
}

/** Shows nothing, and keeps two characters from meaning something together. */
const apart = '\u200b'

/** Text of which GitHub makes neither a mention, nor a link, nor a reference by itself. */
const unlinked = (text: string): string =>
  text
    .replaceAll('@', `@${apart}`)
    .replaceAll('://', `:${apart}//`)
    .replaceAll(/\b(www)\./gi, `$1${apart}.`)
    .replaceAll(/\b(mailto|xmpp):/gi, `$1${apart}:`)
    .replaceAll(/(#|\bGH-)(?=\d)/gi, `$1${apart}`)

const oneLine = (text: string): string => withoutSecrets(text).replaceAll(/\s+/g, ' ')

/** Prose of the program in Markdown: no HTML, no character reference, no mention, no link of its making. */
export const prose = (text: string): string =>
  unlinked(oneLine(text)).replaceAll(/[\\`*_[\]<>|#~&]/g, (mark) => `\\${mark}`)

/** The same inside a line of HTML, where Markdown's escapes are not read. */
export const html = (text: string): string =>
  unlinked(oneLine(text)).replaceAll(/[&<>"]/g, (mark) => `&#${mark.charCodeAt(0)};`)

/** US dollars, with a sign: `+$96`, `−$0.40`. */
export function dollars(usd: number, sign = true): string {
  const amount = Math.abs(usd)
  const digits = amount >= 10 || amount === 0 ? 0 : 2
  const text = `$${amount.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })}`
  return sign ? `${usd < 0 ? '−' : '+'}${text}` : text
}

export const count = (number: number, one: string, many = `${one}s`): string =>
  `${number} ${number === 1 ? one : many}`

/** Some names, and how many more. */
export function some(names: string[], most = 4): string {
  const shown = names.slice(0, most).map(code).join(', ')
  return names.length > most ? `${shown} and ${names.length - most} more` : shown
}
