/** Hides card numbers in what people and files get to see; the last four digits stay. */
export function maskCards(text: string): string {
  return text.replace(/\d(?:[ -]?\d){12,18}/g, (found) => {
    const digits = found.replace(/\D/g, '')
    return isCard(digits) ? `${'*'.repeat(digits.length - 4)}${digits.slice(-4)}` : found
  })
}

/** Lengths and first digits of the networks, and the check digit (ISO/IEC 7812-1): other long numbers are keys. */
function isCard(digits: string): boolean {
  if (!/^[2-6]\d{12,18}$/.test(digits)) return false
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i])
    const doubled = i % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}
