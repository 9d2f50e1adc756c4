import type { Journal } from '../journal/journal.ts'
import { inWords } from '../page/duration.ts'
import type { Step } from '../steps/step.ts'

/** What the operator sees: lines for a person, or the journal's entries as JSON for a machine. */
export interface Screen {
  print(text: string): void
  say(text: string): void
  /** A step begins; nothing is shown of those that are too quick to wait for. */
  begin(step: Pick<Step, 'summary' | 'expectedMs'>, title: string | undefined): void
  /** The journal, whose entries a machine sees as they are written. */
  shown(journal: Journal): Journal
  /** Writes take no time now: what was held back in the pause is shown. */
  flush(): void
}

const worthWaitingMs = 1000

export interface ScreenOptions {
  json: boolean
  /** While true nothing is written: a slow terminal would lengthen the pause. */
  busy(): boolean
  write(text: string): void
}

export function createScreen({ json, busy, write: out }: ScreenOptions): Screen {
  let held: string[] = []
  const write = (line: string) => {
    held.push(line)
    if (!busy()) flush()
  }
  const flush = () => {
    if (held.length > 0) out(`${held.join('\n')}\n`)
    held = []
  }
  const nothing = () => {}
  if (json) {
    const shown = (journal: Journal): Journal => ({
      ...journal,
      write(event, detail, durability) {
        const entry = journal.write(event, detail, durability)
        write(JSON.stringify(entry))
        return entry
      },
    })
    return { print: nothing, say: nothing, begin: nothing, shown, flush }
  }
  return {
    print: write,
    say: (text) => write(`    ${text}`),
    begin({ summary, expectedMs }, title) {
      if (expectedMs >= worthWaitingMs && !busy())
        write(`  ▸ ${title ?? summary}, expected ${inWords(expectedMs)}`)
    },
    shown: (journal) => journal,
    flush,
  }
}
