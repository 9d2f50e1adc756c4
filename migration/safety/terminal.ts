import { createInterface } from 'node:readline/promises'

/** The person at the keyboard, if there is one. */
export interface Keyboard {
  readonly present: boolean
  ask(question: string): Promise<string>
}

export const keyboard: Keyboard = {
  // A pipe is not a person: `echo prod | …` types nothing by hand.
  present: process.stdin.isTTY === true,
  async ask(question) {
    const lines = createInterface({ input: process.stdin, output: process.stderr })
    try {
      return await lines.question(question)
    } finally {
      lines.close()
    }
  },
}

/** A command that was given wrongly, or that this person may not give. */
export class MisuseError extends Error {
  override readonly name = 'MisuseError'
}

export interface Consent {
  /** What is about to happen, a sentence. */
  about: string
  /** What must be typed. */
  word: string
  production: boolean
  /** `--yes`: a machine runs this. */
  yes: boolean
}

/**
 * Lets a person type what they are about to change. A machine may answer by `--yes`, except in production.
 * @throws MisuseError when nobody typed it
 */
export async function demandConsent({ about, word, production, yes }: Consent, at = keyboard): Promise<void> {
  if (yes && production)
    throw new MisuseError(`--yes is refused in production: a person must type «${word}» at a terminal`)
  if (yes) return
  if (!at.present)
    throw new MisuseError(
      production
        ? `${about}: a person must type «${word}» at a terminal, and there is none`
        : `${about}: nobody is at the terminal to say so; a machine says it with --yes`,
    )
  const typed = await at.ask(`${about}. Type «${word}» to go on: `)
  if (typed.trim() !== word) throw new MisuseError(`«${typed.trim()}» is not «${word}»: nothing was done`)
}
