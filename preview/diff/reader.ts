import '../lean.ts'
import { Programs } from './program.ts'
import type { Answers, Ask } from './stands.ts'

/** A process that runs one side: it gets a folder and what to record, and answers stack by stack. */

export interface Request {
  folder: string
  stacks: { stack: string; asks: Ask[] }[]
}
export type Reply = { stacks: { stack: string; answers: Answers }[] }

/** Runs one side's program for every stack, one after the other. */
export async function readSide({ folder, stacks }: Request): Promise<Reply> {
  const programs = await Programs.open()
  try {
    const program = await programs.load(folder)
    const reply: Reply = { stacks: [] }
    for (const { stack, asks } of stacks) {
      const answers: Answers = {}
      for (const { what, stand } of asks) answers[what] = await program.read(stand)
      reply.stacks.push({ stack, answers })
    }
    return reply
  } catch (error) {
    // It does not even load: the first lines of the compiler say where.
    const refused = (error as Error).message.split('\n').slice(0, 4).join(' ')
    return {
      stacks: stacks.map(({ stack, asks }) => ({
        stack,
        answers: Object.fromEntries(asks.map(({ what }) => [what, { refused }])),
      })),
    }
  } finally {
    await programs.close()
  }
}

if (process.send) {
  process.once('message', async (request: Request) => {
    const reply = await readSide(request)
    process.send!(reply, () => process.disconnect())
  })
}
