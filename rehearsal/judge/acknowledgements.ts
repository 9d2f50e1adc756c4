import { open } from 'node:fs/promises'
import { type Acknowledgement, acknowledgementSchema } from '../load/acknowledgement.ts'

const batchLength = 5000

export interface AcknowledgementReader {
  /** To be read once, to the end. */
  batches(): AsyncGenerator<Acknowledgement[]>
  /** Whether the file ended in half a line, as it does when its writer was killed; it was not acknowledged. */
  torn(): boolean
}

/** Streams an acknowledgement file. @throws naming file and line, when a line is not an acknowledgement */
export function readAcknowledgements(path: string): AcknowledgementReader {
  let torn = false
  async function* batches(): AsyncGenerator<Acknowledgement[]> {
    let batch: Acknowledgement[] = []
    let number = 0
    for await (const { text, whole } of lines(path)) {
      number++
      const acknowledgement = parse(text)
      if (acknowledgement) batch.push(acknowledgement)
      else if (!whole) torn = true
      else throw new Error(`${path}, line ${number} is not an acknowledgement: ${text.slice(0, 120)}`)
      if (batch.length < batchLength) continue
      yield batch
      batch = []
    }
    if (batch.length > 0) yield batch
  }
  return { batches, torn: () => torn }
}

/** `whole`: the line ends with a line feed. `readline` would not tell. */
async function* lines(path: string): AsyncGenerator<{ text: string; whole: boolean }> {
  const file = await open(path).catch((error: Error) => {
    throw new Error(`the acknowledgement file cannot be read: ${error.message}`)
  })
  let rest = ''
  for await (const chunk of file.createReadStream({ encoding: 'utf8' })) {
    const parts = (rest + chunk).split('\n')
    rest = parts.pop() as string
    for (const text of parts) yield { text, whole: true }
  }
  if (rest) yield { text: rest, whole: false }
}

function parse(text: string): Acknowledgement | undefined {
  try {
    return acknowledgementSchema.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}
