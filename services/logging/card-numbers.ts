/** The check digit of ISO/IEC 7812-1, annex B. */
export function isCardNumber(digits: string): boolean {
  if (!/^\d{12,19}$/.test(digits)) return false
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 48
    const doubled = i % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}

/** Digits in groups, with one or two spaces or hyphens between, of any kind; the Logstash filter has the same. */
const grouped = /\d+(?:[ \u00a0\u2010-\u2014-]{1,2}\d+)*/g
const [least, most] = [12, 19]

/**
 * Writes `****` and the last four digits for every card number, also one in groups and one beside other digits, such as
 * a date behind it: every row of whole groups is tried. Digits that fail the check digit are left, so an order number
 * survives, but for the one in ten that a check digit cannot tell from a card's.
 */
export function maskCardNumbers(text: string): string {
  return text.replace(grouped, (found) => (found.length < least ? found : maskGroups(found)))
}

function maskGroups(found: string): string {
  const groups = [...found.matchAll(/\d+/g)].map(({ 0: digits, index }) => ({ digits, index }))
  let [result, copied] = ['', 0]
  // What two numbers share is masked with both: [begin, end) grows while the next number begins inside.
  let [begin, end] = [-1, -1]
  const close = () => {
    if (begin < 0) return
    const digits = found.slice(begin, end).replace(/\D/g, '')
    result += `${found.slice(copied, begin)}****${digits.slice(-4)}`
    copied = end
    begin = -1
  }
  for (const [first, { index }] of groups.entries()) {
    if (begin >= 0 && index >= end) close()
    const last = endOfNumber(groups, first)
    if (last < 0) continue
    if (begin < 0) begin = index
    end = Math.max(end, last)
  }
  close()
  return result + found.slice(copied)
}

/** Where the longest card number that begins with this group ends; -1: none does. */
function endOfNumber(groups: { digits: string; index: number }[], first: number): number {
  let [digits, end] = ['', -1]
  for (let at = first; at < groups.length; at++) {
    digits += groups[at]!.digits
    if (digits.length > most) break
    if (isCardNumber(digits)) end = groups[at]!.index + groups[at]!.digits.length
  }
  return end
}

const stringOrNumber = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g
const escaped = /(\\u[\da-fA-F]{4}|\\.)/

/** Token by token, so that it stays JSON: a bare number is masked as a string, a fraction is no card. */
export function maskJson(json: string): string {
  return json.replace(stringOrNumber, (token) => {
    if (!token.startsWith('"')) {
      const digits = token.replace('-', '')
      return isCardNumber(digits) ? JSON.stringify(maskCardNumbers(digits)) : token
    }
    if (!token.includes('\\')) return maskCardNumbers(token)
    // The digits of an escape such as \u0001 belong to no number.
    return token
      .split(escaped)
      .map((part, index) => (index % 2 === 1 ? part : maskCardNumbers(part)))
      .join('')
  })
}
