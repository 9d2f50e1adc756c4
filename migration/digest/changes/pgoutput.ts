/**
 * Reads pgoutput messages (protocol 1, text), and of their rows only the columns asked for. The npm parsers turn
 * every column into a JavaScript value first, which loses the microseconds of a timestamp in a key.
 * https://www.postgresql.org/docs/current/protocol-logicalrep-message-formats.html
 */

export interface Relation {
  schema: string
  name: string
  columns: string[]
}

/** A row's columns as text: null for NULL or not sent, undefined for a TOASTed value that did not change. */
export type Tuple = (string | null | undefined)[]

export type Message =
  | { kind: 'begin'; commitLsn: bigint; xid: number }
  | { kind: 'commit'; endLsn: bigint }
  /** `old` is there when the key changed, or when the replica identity is full. */
  | { kind: 'row'; relation: Relation; old: Tuple | undefined; new: Tuple | undefined }
  | { kind: 'truncate'; relations: Relation[] }
  | { kind: 'other' }

/** Places of the columns to read in `relation.columns`. */
export type Wanted = (relation: Relation) => readonly number[]

export class PgoutputReader {
  readonly #relations = new Map<number, { relation: Relation; wanted: readonly number[] }>()
  readonly #wanted: Wanted

  constructor(wanted: Wanted) {
    this.#wanted = wanted
  }

  read(buffer: Buffer): Message {
    const cursor = new Cursor(buffer)
    switch (cursor.letter()) {
      case 'B':
        return { kind: 'begin', commitLsn: cursor.int64(), xid: cursor.skip(8).int32() }
      case 'C':
        cursor.skip(9)
        return { kind: 'commit', endLsn: cursor.int64() }
      case 'R':
        this.#relation(cursor)
        return { kind: 'other' }
      case 'I':
      case 'U':
      case 'D':
        return this.#row(cursor)
      case 'T': {
        const count = cursor.int32()
        cursor.skip(1)
        return {
          kind: 'truncate',
          relations: Array.from({ length: count }, () => this.#known(cursor).relation),
        }
      }
      default:
        return { kind: 'other' }
    }
  }

  #relation(cursor: Cursor): void {
    const id = cursor.int32()
    // The empty string stands for pg_catalog.
    const schema = cursor.string() || 'pg_catalog'
    const name = cursor.string()
    cursor.skip(1)
    const columns = Array.from({ length: cursor.int16() }, () => {
      cursor.skip(1)
      const column = cursor.string()
      cursor.skip(8)
      return column
    })
    const relation = { schema, name, columns }
    this.#relations.set(id, { relation, wanted: this.#wanted(relation) })
  }

  #row(cursor: Cursor): Message {
    const { relation, wanted } = this.#known(cursor)
    const tuples: { old: Tuple | undefined; new: Tuple | undefined } = { old: undefined, new: undefined }
    while (cursor.left > 0) {
      const part = cursor.letter() === 'N' ? 'new' : 'old'
      tuples[part] = tuple(cursor, wanted)
    }
    return { kind: 'row', relation, ...tuples }
  }

  #known(cursor: Cursor) {
    const id = cursor.int32()
    const known = this.#relations.get(id)
    if (!known) throw new Error(`pgoutput sent a row of relation ${id} before the relation`)
    return known
  }
}

function tuple(cursor: Cursor, wanted: readonly number[]): Tuple {
  const values: Tuple = new Array(wanted.length)
  const count = cursor.int16()
  for (let column = 0; column < count; column++) {
    const kind = cursor.letter()
    const length = kind === 't' || kind === 'b' ? cursor.int32() : 0
    const place = wanted.indexOf(column)
    if (place >= 0) values[place] = kind === 't' ? cursor.text(length) : kind === 'u' ? undefined : null
    cursor.skip(kind === 't' && place >= 0 ? 0 : length)
  }
  return values
}

class Cursor {
  readonly #buffer: Buffer
  #at = 0

  constructor(buffer: Buffer) {
    this.#buffer = buffer
  }

  get left(): number {
    return this.#buffer.length - this.#at
  }

  letter(): string {
    return String.fromCharCode(this.#buffer[this.#at++]!)
  }

  int16(): number {
    this.#at += 2
    return this.#buffer.readInt16BE(this.#at - 2)
  }

  int32(): number {
    this.#at += 4
    return this.#buffer.readUInt32BE(this.#at - 4)
  }

  int64(): bigint {
    this.#at += 8
    return this.#buffer.readBigUInt64BE(this.#at - 8)
  }

  string(): string {
    const end = this.#buffer.indexOf(0, this.#at)
    const text = this.#buffer.toString('utf8', this.#at, end)
    this.#at = end + 1
    return text
  }

  text(length: number): string {
    this.#at += length
    return this.#buffer.toString('utf8', this.#at - length, this.#at)
  }

  skip(bytes: number): this {
    this.#at += bytes
    return this
  }
}
