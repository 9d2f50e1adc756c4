export type Colour =
  | 'bold'
  | 'dim'
  | 'pass'
  | 'fail'
  | 'passBlock'
  | 'failBlock'
  | 'onPremises'
  | 'cloud'
  | 'warn'

/** Wraps text in a colour and its reset, or leaves it as it is. */
export type Paint = (colour: Colour, text: string) => string

/** The terminal's own 16 colours, so that the user's theme decides how they look. */
const CODES: Record<Colour, string> = {
  bold: '1',
  dim: '2',
  pass: '32',
  fail: '31',
  passBlock: '1;7;32',
  failBlock: '1;7;31',
  onPremises: '33',
  cloud: '34',
  warn: '33',
}

export function painter(color: boolean): Paint {
  return color ? (colour, text) => `\u001b[${CODES[colour]}m${text}\u001b[0m` : (_, text) => text
}
