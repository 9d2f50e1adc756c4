/** The settlement file, version 1; docs/settlement.md says what it means. */

/** Why a file is refused, and where. */
export interface Problem {
  /** From 1. */
  line: number
  reason: string
}

export interface Header {
  /** The network's name of the file; the same file has it again when it is sent again. */
  file: string
  /** The business day, yyyy-mm-dd. */
  day: string
  /** Who pays. */
  network: string
}

export interface Entry {
  line: number
  /** The network's reference; ascending through the file. */
  reference: string
  payment: string
  /** ISO 4217. */
  currency: string
  /** In minor units. */
  amount: number
}

export interface Trailer {
  records: bigint
  /** Of all amounts, whatever their currency: a check sum. */
  sum: bigint
}

/** Far below 2^53; the same bound as the API's. */
const largestAmount = 999_999_999_999
const currencies = new Set(Intl.supportedValuesOf('currency'))

const shown = (value: string | undefined): string => `«${(value ?? '').slice(0, 40)}»`
const fields = (found: string[], wanted: string) =>
  `${found.length} fields instead of ${wanted}; a line that was cut off?`

/** `H,1,<file>,<day>,<network>`; as many fields as a record, which csv-parse checks fastest. */
export function readHeader(found: string[]): Header | string {
  const [kind, version, file = '', day = '', network = ''] = found
  if (kind !== 'H') return `the file begins with ${shown(kind)}, not with a header line H`
  if (version !== '1') return `version ${shown(version)} of the format; this reads version 1`
  if (found.length !== 5) return fields(found, 'H,1,file,day,network')
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(file))
    return `the file is named ${shown(file)}; up to 64 letters, digits, . _ -`
  if (!/^\d{4}-\d\d-\d\d$/.test(day) || Number.isNaN(Date.parse(day))) return `the day is ${shown(day)}`
  if (!/^[A-Za-z0-9 ._-]{1,64}$/.test(network))
    return `the network is named ${shown(network)}; up to 64 letters, digits, space . _ -`
  return { file, day, network }
}

/** `R,<reference>,<payment>,<currency>,<amount>` */
export function readEntry(found: string[], line: number, previous: string): Entry | string {
  const [, reference = '', payment = '', currency = '', amount = ''] = found
  if (found.length !== 5) return fields(found, 'R,reference,payment,currency,amount')
  if (!/^[A-Z0-9]{1,32}$/.test(reference)) return `the reference is ${shown(reference)}; 1 to 32 of A-Z 0-9`
  if (reference === previous) return `the reference ${reference} stands on the line before, too: a duplicate`
  if (reference < previous)
    return `the reference ${reference} comes after ${previous}: a duplicate, or out of order; they ascend`
  if (!/^pay_[1-9]\d{0,18}$/.test(payment)) return `the payment is ${shown(payment)}; pay_ and a number`
  if (!currencies.has(currency))
    return `the currency ${shown(currency)} is unknown; an ISO 4217 code such as EUR`
  if (amount.startsWith('-')) return `the amount ${shown(amount)} is negative`
  const minor = /^[1-9]\d{0,11}$/.test(amount) ? Number(amount) : Number.NaN
  if (!(minor <= largestAmount))
    return `the amount is ${shown(amount)}; a whole number of minor units from 1 to ${largestAmount}`
  return { line, reference, payment, currency, amount: minor }
}

/** `T,<records>,<sum>` */
export function readTrailer(found: string[]): Trailer | string {
  const [, records = '', sum = ''] = found
  if (found.length !== 3) return fields(found, 'T,records,sum')
  if (!/^\d{1,15}$/.test(records)) return `the trailer counts ${shown(records)} records`
  if (!/^\d{1,30}$/.test(sum)) return `the trailer sums to ${shown(sum)}`
  return { records: BigInt(records), sum: BigInt(sum) }
}
