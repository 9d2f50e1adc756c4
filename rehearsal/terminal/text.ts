import { stripVTControlCharacters } from 'node:util'

/** Text of others — ids, errors — made harmless: no colours, no cursor movement, no line breaks. */
export function plain(text: string): string {
  return stripVTControlCharacters(text).replace(/\p{Cc}+/gu, ' ')
}

/** No-break spaces have done their work once lines are broken; `grep '61 ms'` must find 61 ms. */
export function greppable(text: string): string {
  return text.replaceAll('\u00a0', ' ')
}

/** Columns a painted text takes. What we print takes one column a character. */
export function columnsOf(text: string): number {
  return [...stripVTControlCharacters(text)].length
}

export function padEnd(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - columnsOf(text)))
}

export function padStart(text: string, columns: number): string {
  return ' '.repeat(Math.max(0, columns - columnsOf(text))) + text
}

/** Cuts unpainted text that is too long, and shows that it did. */
export function clip(text: string, columns: number): string {
  const characters = [...text]
  if (characters.length <= columns) return text
  return columns < 1 ? '' : `${characters.slice(0, columns - 1).join('')}…`
}

/** Lines of at most `columns`, broken at spaces, and inside a word only where it is longer than a line. */
export function wrap(text: string, columns: number): string[] {
  const width = Math.max(1, columns)
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/ +/).filter((part) => part !== '')) {
    if (line !== '' && columnsOf(line) + 1 + columnsOf(word) <= width) {
      line += ` ${word}`
      continue
    }
    if (line !== '') lines.push(line)
    const pieces = cut(word, width)
    lines.push(...pieces.slice(0, -1))
    line = pieces.at(-1)!
  }
  return line === '' ? lines : [...lines, line]
}

function cut(word: string, width: number): string[] {
  const characters = [...word]
  return Array.from({ length: Math.ceil(characters.length / width) }, (_, index) =>
    characters.slice(index * width, (index + 1) * width).join(''),
  )
}

/** Lines under a name: `name  first line`, the others below it. */
export function hanging(name: string, texts: readonly string[], indent: number, columns: number): string[] {
  const lines = texts.flatMap((text) => wrap(text, columns - indent))
  return lines.map((line, index) => padEnd(index === 0 ? name : '', indent) + line)
}
