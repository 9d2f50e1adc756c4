/** Hides card numbers in what people and files get to see; the last four digits stay. */
export function maskCards(text: string): string {
  return text.replace(/\d(?:[ -]?\d){12,}/g, maskRun)
}

/** The same in JSON. A number that is hidden, or that JavaScript would round, becomes a text. */
export function maskedJson(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (token) => {
    if (token.startsWith('"')) return JSON.stringify(maskCards(JSON.parse(token)))
    const masked = maskCards(token)
    const exact =
      masked === token && (!Number.isInteger(Number(token)) || Number.isSafeInteger(Number(token)))
    return exact ? token : JSON.stringify(masked)
  })
}

/** Other digits may stand beside a card number: whatever part of the run may be one is hidden. */
function maskRun(run: string): string {
  const digits = run.replace(/\D/g, '')
  const groups = groupsOf(run)
  const breaks = new Set(groups.flat())
  const cards = groups.filter(([from, to]) => isCard(digits.slice(from, to), anyNetwork))
  const [hidden, joined] = [new Set<number>(), new Set<number>()]
  for (let from = 0; from < digits.length; from++) {
    for (let to = from + 13; to <= Math.min(from + 19, digits.length); to++) {
      const networks = breaks.has(from) && breaks.has(to) ? anyNetwork : commonNetworks
      if (!isCard(digits.slice(from, to), networks) || beyond(cards, [from, to])) continue
      for (let place = from; place < to - 4; place++) hidden.add(place)
      for (let place = from; place < to - 1; place++) joined.add(place)
    }
  }
  let place = -1
  return run.replace(/(\d)([ -]?)/g, (_, digit, gap) => {
    place++
    return `${hidden.has(place) ? '*' : digit}${joined.has(place) ? '' : gap}`
  })
}

/** From the first digit of a run to before another, counted without what stands between them. */
type Part = [from: number, to: number]

/** Digits that nothing stands between. */
function groupsOf(run: string): Part[] {
  let from = 0
  return run.split(/\D/).map((group) => {
    from += group.length
    return [from - group.length, from]
  })
}

/** By chance a part with a check digit holds a card number and more, or pieces of two: the last four need not go. */
function beyond(cards: readonly Part[], [from, to]: Part): boolean {
  const touched = cards.filter((card) => from < card[1] && card[0] < to)
  return (
    touched.length > 1 ||
    touched.some((card) => from <= card[0] && card[1] <= to && card[1] - card[0] < to - from)
  )
}

/** Lengths and first digits of all networks: for what stands by itself. */
const anyNetwork = /^[2-6]\d{12,18}$/
/** Of those in common use: for a part of a longer number, of which by chance every tenth has a check digit. */
const commonNetworks = /^(?:[456]\d{15}|[46]\d{18}|2[2-7]\d{14}|35\d{14}|3[47]\d{13}|3[0689]\d{12})$/

/** By its network and its check digit (ISO/IEC 7812-1): other long numbers are keys. */
function isCard(digits: string, networks: RegExp): boolean {
  if (!networks.test(digits)) return false
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i])
    const doubled = i % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}
