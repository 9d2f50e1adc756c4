/**
 * Where the people who work on a site leave each other word: decision records, the lock, approvals, what the
 * watchdog guards. A folder for one machine, a bucket for a team. Keys are paths with `/`, values small texts.
 * Every act throws when the store cannot be reached: nobody acts on what might be written there.
 */
export interface Store {
  /** Where it is, for people: a folder, or `s3://bucket/prefix`. */
  readonly place: string
  /** How long those who wait for word here rest between two looks, milliseconds. */
  readonly paceMs: number
  /** Writes a key that does not exist yet, durably; false when it does, and then nothing is changed. */
  create(key: string, text: string): Promise<boolean>
  /**
   * Writes a key whether it exists or not; readers see the old text or the new one, never a part. What is `passing`
   * need not outlive a crash of the machine: a sign of life, which the next one replaces.
   */
  put(key: string, text: string, lasting?: 'passing'): Promise<void>
  read(key: string): Promise<string | undefined>
  /** Keys that begin with the prefix, sorted. */
  list(prefix: string): Promise<string[]>
  /** Without the key it does nothing. */
  remove(key: string): Promise<void>
}
