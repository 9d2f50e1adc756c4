/** As much of a terminal as the progress uses: text, line breaks, return, cursor up, erase below. */
export class Screen {
  readonly written: string[] = []
  columns: number | undefined
  #lines: string[] = ['']
  #row = 0
  #column = 0

  write(text: string): void {
    this.written.push(text)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what a terminal obeys
    for (const part of text.match(/\u001b\[\d*[A-Za-z]|[\n\r]|[^\u001b\n\r]+/g) ?? []) this.#obey(part)
  }

  /** The lines on the screen, without the empty one the cursor waits on. */
  get lines(): string[] {
    return this.#lines.at(-1) === '' ? this.#lines.slice(0, -1) : this.#lines
  }

  #obey(part: string): void {
    const up = /\[(\d+)A$/.exec(part)
    if (up !== null) this.#row -= Number(up[1])
    else if (part.endsWith('[J')) {
      this.#lines.length = this.#row + 1
      this.#lines[this.#row] = this.#lines[this.#row]!.slice(0, this.#column)
    } else if (part === '\r') this.#column = 0
    else if (part === '\n') {
      this.#row += 1
      this.#column = 0
      this.#lines[this.#row] ??= ''
    } else if (part.startsWith('\u001b')) throw new Error(`unknown control code ${JSON.stringify(part)}`)
    else this.#print(part)
    if (this.#row < 0) throw new Error('the cursor left the screen')
  }

  #print(text: string): void {
    const line = this.#lines[this.#row]!
    const end = this.#column + [...text].length
    this.#lines[this.#row] = line.slice(0, this.#column) + text + line.slice(end)
    this.#column = end
  }
}
