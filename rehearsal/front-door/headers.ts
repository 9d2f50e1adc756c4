// RFC 9110, section 7.6.1: these concern one connection and are not passed on.
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** The headers to pass on, in the form of `rawHeaders`: without those of the connection and those it names. */
export function endToEnd(rawHeaders: readonly string[], dropped: readonly string[] = []): string[] {
  const named = namedByConnection(rawHeaders)
  const kept: string[] = []
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string
    const lower = name.toLowerCase()
    if (hopByHop.has(lower) || dropped.includes(lower) || named.includes(lower)) continue
    kept.push(name, rawHeaders[i + 1] as string)
  }
  return kept
}

function namedByConnection(rawHeaders: readonly string[]): string[] {
  const names: string[] = []
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if ((rawHeaders[i] as string).toLowerCase() !== 'connection') continue
    for (const name of (rawHeaders[i + 1] as string).split(',')) names.push(name.trim().toLowerCase())
  }
  return names
}
