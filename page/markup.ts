/** Text that is already HTML or SVG. Only {@link markup} and {@link raw} make it. */
export class Markup {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export type Content = Markup | string | number | false | undefined | readonly Content[]

/** A template whose every value is escaped, unless it is markup itself; `false` and `undefined` are nothing. */
export function markup(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  let text = strings[0]!
  values.forEach((value, index) => {
    text += render(value) + strings[index + 1]!
  })
  return new Markup(text)
}

/** For text of our own that must not be escaped, such as the style sheet. */
export function raw(text: string): Markup {
  return new Markup(text)
}

function render(value: Content): string {
  if (value === undefined || value === false) return ''
  if (value instanceof Markup) return value.text
  if (typeof value === 'object') return value.map(render).join('')
  return escapeText(String(value))
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Fit for text and for quoted attributes; control characters, which HTML forbids, become U+FFFD. */
export function escapeText(text: string): string {
  return text
    .replace(/[&<>"']/g, (character) => ENTITIES[character]!)
    .replace(/(?![\t\n\r])\p{Cc}/gu, '\ufffd')
}
