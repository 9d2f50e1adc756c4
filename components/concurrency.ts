/** What AWS keeps unreserved in every account; it refuses a reservation that leaves less. */
const unreserved = 100
/** The quota of an account that has asked for none; a new account may start with less. */
export const defaultQuota = 1000

/** Why functions cannot reserve so much together, as a list of none or one. */
export function concurrencyProblems(reserved: Record<string, number>, quota = defaultQuota): string[] {
  const sum = Object.values(reserved).reduce((total, each) => total + each, 0)
  if (sum <= quota - unreserved) return []
  const listed = Object.entries(reserved).map(([name, each]) => `${name} ${each}`)
  return [
    `functions reserve ${sum} (${listed.join(', ')}), and ${unreserved} of ${quota} stay unreserved; reserve at most ${quota - unreserved}, or ask AWS for a higher quota`,
  ]
}
