import { type FileHandle, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Acknowledgement } from './acknowledgement.ts'

/** Waiting a little lets more acknowledgements share an fsync; the disk is also the databases'. */
const gatherMs = 10

/**
 * The acknowledgement file: JSON lines, on disk before they count. Group commit: what came in while the last fsync
 * ran goes with the next one.
 */
export class AckFile {
  readonly #handle: FileHandle
  readonly #onError: (error: Error) => void
  #lines: string[] = []
  #durable: (() => void)[] = []
  #writing: Promise<void> | undefined
  #closed = false

  private constructor(handle: FileHandle, onError: (error: Error) => void) {
    this.#handle = handle
    this.#onError = onError
  }

  /** Creates the file; one that exists is refused, it may be the evidence of another run. */
  static async create(path: string, onError: (error: Error) => void): Promise<AckFile> {
    const handle = await open(path, 'ax')
    // The file's name must survive a crash as well.
    const folder = await open(dirname(path), 'r')
    await folder.sync().finally(() => folder.close())
    return new AckFile(handle, onError)
  }

  /** Calls `durable` once the line is on disk; never after `close`. */
  append(acknowledgement: Acknowledgement, durable: () => void): void {
    if (this.#closed) return
    this.#lines.push(`${JSON.stringify(acknowledgement)}\n`)
    this.#durable.push(durable)
    this.#writing ??= this.#write()
  }

  /** Returns when everything appended so far is on disk. */
  async flush(): Promise<void> {
    await this.#writing
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.flush()
    await this.#handle.close()
  }

  async #write(): Promise<void> {
    try {
      while (this.#lines.length > 0) {
        await delay(gatherMs)
        const lines = this.#lines.join('')
        const durable = this.#durable
        this.#lines = []
        this.#durable = []
        await this.#handle.appendFile(lines)
        await this.#handle.sync()
        for (const call of durable) call()
      }
    } catch (error) {
      this.#onError(error as Error)
    } finally {
      this.#writing = undefined
    }
  }
}
