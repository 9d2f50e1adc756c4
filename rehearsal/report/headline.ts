import type { Report } from './data.ts'
import { count, duration, largest } from './format.ts'

/** The judge's four figures, in the words people read: none of them may be above 0. */
export function faults(report: Report): { name: string; count: number; meaning: string }[] {
  const { payments } = report
  return [
    { name: 'lost', count: payments.lost, meaning: 'acknowledged, not in the system of record' },
    { name: 'doubled', count: payments.duplicated, meaning: 'in the system of record more than once' },
    { name: 'misposted', count: payments.misposted, meaning: 'another amount, or ledger entries missing' },
    { name: 'failed', count: payments.failed, meaning: 'refused, timed out or answered with an error' },
  ]
}

/** Undefined when there was no switchover. */
export function longestWritePauseMs(report: Report): number | undefined {
  return report.switchovers.length === 0
    ? undefined
    : largest(report.switchovers.map(({ writePauseMs }) => writePauseMs))
}

/** `17,432 payments acknowledged, 0 lost, 0 doubled, 0 misposted, 0 failed` */
export function paymentsSentence(report: Report): string {
  const counted = faults(report).map((fault) => `${count(fault.count)} ${fault.name}`)
  return [`${count(report.payments.acknowledged)} payments acknowledged`, ...counted].join(', ')
}

/** `longest write pause 61 ms`, or that there was none. */
export function pauseSentence(report: Report): string {
  const longest = longestWritePauseMs(report)
  return longest === undefined ? 'no switchover took place' : `longest write pause ${duration(longest)}`
}

/** What to type to run the same rehearsal again and keep what it leaves behind. */
export function reproduceCommand({ rate, gate, aws, seed }: Report): string {
  return `npm run rehearse -- --rate ${rate} --gate ${gate}${aws ? ` --aws ${aws}` : ''} --seed ${seed} --keep`
}
