import { StringDecoder } from 'node:string_decoder'

/** No line of CloudWatch Logs is longer than 1 MiB, a subscription's batch than 6 MiB. */
export const longestLine = 8 * 1024 * 1024

/** Cuts chunks into lines. Holds at most one line; the head of one that is too long goes to `tooLong`, once. */
export async function eachLine(
  chunks: AsyncIterable<Buffer>,
  onLine: (line: string) => void,
  tooLong: (head: string) => void,
  longest = longestLine,
): Promise<void> {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  let skipping = false
  const take = (line: string) => onLine(line.endsWith('\r') ? line.slice(0, -1) : line)

  for await (const chunk of chunks) {
    const text = decoder.write(chunk)
    let from = 0
    let end = text.indexOf('\n')
    while (end >= 0) {
      if (skipping) skipping = false
      else take(rest + text.slice(from, end))
      rest = ''
      from = end + 1
      end = text.indexOf('\n', from)
    }
    if (skipping) continue
    rest += text.slice(from)
    if (rest.length > longest) {
      tooLong(rest.slice(0, 200))
      rest = ''
      skipping = true
    }
  }
  rest += decoder.end()
  if (rest !== '' && !skipping) take(rest)
}
