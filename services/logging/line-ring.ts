/**
 * The last lines of a process, sent or not, as many as its bounds allow. The oldest goes when there is no room; one that
 * was never taken is then counted as dropped, one that was to be taken again as unconfirmed.
 */
export class LineRing {
  readonly counts = { sent: 0, resent: 0, dropped: 0, unconfirmed: 0 }
  readonly #lines: string[]
  readonly #size: number
  readonly #mostBytes: number
  #bytes = 0
  /** Numbers of lines: the oldest here, the next to take, the first never taken, the next to come. */
  #oldest = 0
  #next = 0
  #fresh = 0
  #end = 0

  constructor(size: number, mostBytes: number) {
    this.#lines = new Array(size).fill('')
    this.#size = size
    this.#mostBytes = mostBytes
  }

  /** How many are still to be taken. */
  get waiting(): number {
    return this.#end - this.#next
  }

  push(line: string): void {
    this.#bytes += line.length
    while (
      this.#oldest < this.#end &&
      (this.#end - this.#oldest >= this.#size || this.#bytes > this.#mostBytes)
    )
      this.#dropOldest()
    this.#lines[this.#end++ % this.#size] = line
  }

  /** The next lines, together about so many bytes; empty when none waits. */
  take(bytes: number): string {
    let chunk = ''
    while (this.#next < this.#end && chunk.length < bytes) {
      chunk += this.#lines[this.#next % this.#size]
      if (this.#next++ < this.#fresh) this.counts.resent++
      else {
        this.#fresh++
        this.counts.sent++
      }
    }
    return chunk
  }

  /** Nobody knows what arrived: all that is here is taken again. */
  rewind(): void {
    this.#next = this.#oldest
  }

  #dropOldest(): void {
    const at = this.#oldest++
    this.#bytes -= this.#lines[at % this.#size]!.length
    this.#lines[at % this.#size] = ''
    if (at < this.#next) return
    this.#next++
    if (at < this.#fresh) this.counts.unconfirmed++
    else {
      this.#fresh++
      this.counts.dropped++
    }
  }
}
