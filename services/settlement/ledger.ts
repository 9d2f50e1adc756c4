import type { Database } from '../payments/database.ts'
import type { Entry } from './format.ts'

export interface Opened {
  /** How many records of the file are done. */
  posted: number
  /** False: the id was used for a file with other bytes. */
  same: boolean
}

/** What is refused of a file, in the order of its lines. */
export interface Refused {
  line: number
  reference: string
  payment: string
  reason: string
}

const pageSize = 1000

/** Settlement in the payments database. Every act may be repeated, and done by several at once. */
export class SettlementLedger {
  readonly #database: Pick<Database, 'run'>

  constructor(database: Pick<Database, 'run'>) {
    this.#database = database
  }

  async open(file: string, content: string, records: number): Promise<Opened> {
    const [row] = await this.#database.run<[string, boolean]>({
      text: 'select posted, same from public.open_settlement($1, $2, $3)',
      values: [file, content, records],
      writes: true,
    })
    return { posted: Number(row![0]), same: row![1] }
  }

  /**
   * Posts the entries that follow the first `after` of the file; returns how many are done now, maybe by others, or
   * `undefined` when another batch is being posted.
   */
  async post(file: string, after: number, entries: Entry[]): Promise<number | undefined> {
    const [row] = await this.#database.run<[string | null]>({
      text: 'select public.settle_batch($1, $2, $3)',
      values: [file, after, JSON.stringify(entries)],
      writes: true,
    })
    return row![0] === null ? undefined : Number(row![0])
  }

  async countRefused(file: string): Promise<number> {
    const [row] = await this.#database.run<[string]>({
      text: 'select count(*) from public.settlements where file_id = $1 and refused is not null',
      values: [file],
      writes: false,
    })
    return Number(row![0])
  }

  async *refused(file: string): AsyncGenerator<Refused> {
    for (let after = 0; ; ) {
      const rows = await this.#database.run<[string, string, string, string]>({
        text: `select line, reference, payment_id, refused from public.settlements
          where file_id = $1 and line > $2 and refused is not null order by line limit ${pageSize}`,
        values: [file, after],
        writes: false,
      })
      for (const [line, reference, payment, reason] of rows)
        yield { line: Number(line), reference, payment, reason }
      if (rows.length < pageSize) return
      after = Number(rows.at(-1)![0])
    }
  }
}
