/** Text that is already HTML or SVG. Only {@link html} and {@link raw} make it. */
export class Html {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export type Content = Html | string | number | false | undefined | readonly Content[]

/** A template whose every value is escaped unless it is HTML itself: names come from logs. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Html {
  return new Html(strings.map((text, index) => text + render(values[index])).join(''))
}

/** For text of our own. */
export const raw = (text: string): Html => new Html(text)

function render(value: Content): string {
  if (value === undefined || value === false) return ''
  if (value instanceof Html) return value.text
  if (typeof value === 'object') return value.map(render).join('')
  return String(value)
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
    .replace(/(?![\t\n\r])\p{Cc}/gu, '\ufffd')
}
