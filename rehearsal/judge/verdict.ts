import type { FindingKind, Payments } from '../report/data.ts'
import type { Found } from './judge.ts'
import type { ReusableSequence } from './sequences.ts'

export interface Evidence {
  found: Found
  payments: Payments
  /** Lines of the acknowledgement file, and writes that the client counted as acknowledged. */
  acknowledgements: number
  promised: number
  sequences: ReusableSequence[]
  /** Currencies and postings that do not sum to zero, each with by how much. */
  unbalanced: string[]
}

const namedPerKind = 5

/** Why a rehearsal fails, a sentence each; none when it passes. */
export function reasons(evidence: Evidence): string[] {
  const { found, payments, acknowledgements, promised, sequences, unbalanced } = evidence
  const why: string[] = []
  const tell = (kind: FindingKind, count: number, what: string) => {
    if (count > 0) why.push(`${count} ${what}: ${names(found[kind], count)}`)
  }
  tell('lost', payments.lost, payments.lost === 1 ? 'payment is lost' : 'payments are lost')
  tell(
    'duplicated',
    payments.duplicated,
    payments.duplicated === 1 ? 'payment is doubled' : 'payments are doubled',
  )
  tell(
    'misposted',
    payments.misposted,
    payments.misposted === 1 ? 'payment is misposted' : 'payments are misposted',
  )
  tell('failed', payments.failed, payments.failed === 1 ? 'request failed' : 'requests failed')
  if (unbalanced.length > 0) why.push(`The ledger does not balance: off zero are ${unbalanced.join(', ')}.`)
  for (const { sequence, next, highest, paymentId } of sequences)
    why.push(`Sequence ${sequence} would give out ${next} next, but ${highest} is in use (${paymentId}).`)
  if (acknowledgements === 0) why.push('Nothing was acknowledged: there is nothing to prove.')
  if (acknowledgements !== promised)
    why.push(
      `The acknowledgement file has ${acknowledgements} lines, the client counted ${promised} acknowledged writes.`,
    )
  return why
}

function names(found: Map<string, string>, count: number): string {
  const named = [...found].slice(0, namedPerKind).map(([id, detail]) => `${id} (${detail})`)
  const more = count - named.length
  return `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`
}
