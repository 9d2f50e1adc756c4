/** A block of IPv4 addresses: its first address as a number, and how many of the 32 bits name the network. */
export interface Cidr {
  first: number
  prefix: number
}

const octets = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/

/** An IPv4 address as a number, or undefined when the text is none. */
export function addressOf(text: string): number | undefined {
  const parts = octets.exec(text)?.slice(1).map(Number)
  if (!parts || parts.some((part) => part > 255)) return undefined
  return parts.reduce((sum, part) => sum * 256 + part, 0)
}

/** A block such as 10.40.0.0/16, or undefined when the text is none or has bits set past its prefix. */
export function cidrOf(text: string): Cidr | undefined {
  const [address = '', bits = '', ...rest] = text.split('/')
  const first = addressOf(address)
  if (first === undefined || rest.length > 0 || !/^\d{1,2}$/.test(bits) || Number(bits) > 32) return undefined
  const block = { first, prefix: Number(bits) }
  return first % sizeOf(block) === 0 ? block : undefined
}

/** How many addresses a block has. */
export const sizeOf = ({ prefix }: Pick<Cidr, 'prefix'>): number => 2 ** (32 - prefix)

export const contains = (outer: Cidr, inner: Cidr): boolean =>
  outer.first <= inner.first && inner.first + sizeOf(inner) <= outer.first + sizeOf(outer)

export const overlap = (a: Cidr, b: Cidr): boolean => contains(a, b) || contains(b, a)

/** What an ALB accepts as a target by address besides its own VPC: RFC 1918, and RFC 6598's 100.64/10. */
export const privateBlocks = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'].map(
  (block) => cidrOf(block)!,
)

export const isPrivate = (block: Cidr): boolean => privateBlocks.some((outer) => contains(outer, block))

export function isPrivateAddress(text: string): boolean {
  const first = addressOf(text)
  return first !== undefined && isPrivate({ first, prefix: 32 })
}
