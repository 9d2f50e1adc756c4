import { parseArgs } from 'node:util'
import { type Letter, letterText } from './letter.ts'
import { type DeadLetterQueue, DeadLettersError } from './queue.ts'

export const usage = `npm run dead-letters -- QUEUE_URL [options]   what lies in a dead-letter queue, and why

  --redrive          hand the letters over again: messages to their queue, events to their function
  --reason TEXT      only letters whose reason has this text
  --most N           look at so many at most (default: 100)
  --execute          do it; without it --redrive says what it would do
  --json
Exit code: 0 done, 2 not.
`

const options = {
  redrive: { type: 'boolean', default: false },
  reason: { type: 'string' },
  most: { type: 'string', default: '100' },
  execute: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

/** What the command prints, or a {@link DeadLettersError}. `open` opens the queue of a URL. */
export async function deadLetters(args: string[], open: (url: string) => DeadLetterQueue): Promise<string> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
  if (values.help) return usage
  const [url, ...more] = positionals
  if (!url || more.length > 0 || !URL.canParse(url))
    throw new DeadLettersError(`name one queue by its URL; the alarm names it\n${usage}`)
  if (!/^[1-9]\d{0,4}$/.test(values.most))
    throw new DeadLettersError(`--most ${values.most}: write a whole number from 1 to 99999`)
  if (values.execute && !values.redrive)
    throw new DeadLettersError('--execute does nothing by itself; write --redrive --execute')

  const queue = open(url)
  const all = await queue.take(Number(values.most))
  const chosen = all.filter(({ reason }) => reason.includes(values.reason ?? ''))
  const doing = values.redrive && values.execute
  const redriven = new Set<Letter>()
  try {
    if (doing) {
      for (const letter of chosen) {
        await queue.redrive(letter)
        redriven.add(letter)
      }
    }
  } finally {
    for (const letter of all) if (!redriven.has(letter)) await queue.putBack(letter)
  }
  if (values.json) return `${JSON.stringify(chosen.map(shown), null, 2)}\n`
  const what = doing
    ? 'handed over again'
    : values.redrive
      ? 'would be handed over again; add --execute'
      : 'lie here'
  const others = all.length - chosen.length
  return [
    ...chosen.map(letterText),
    `${chosen.length} ${what}${others > 0 ? `, ${others} have another reason` : ''}`,
    '',
  ].join('\n')
}

const shown = ({ id, at, reason, again }: Letter) => ({ id, at, reason, again })
