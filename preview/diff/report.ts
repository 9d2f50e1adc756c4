import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { readPrices } from '../../prices/list.ts'
import { projectFolder } from '../../settings/stack-file.ts'
import { analyse, type StackReport, type Tools } from './analyse.ts'
import { assumptions } from './cost.ts'
import type { Reply, Request } from './reader.ts'
import { attemptsOf, baseAsks, headAsks, positionIn } from './stands.ts'
import { worldOf } from './world.ts'

export interface Compared {
  reports: StackReport[]
  assumptions: string[]
}

/** What the program in one folder would change of what the program in another has built, stack by stack. */
export async function compareTrees(
  baseFolder: string,
  headFolder: string,
  stacks: string[],
): Promise<Compared> {
  const positions = await Promise.all(
    stacks.map(async (stack) => ({
      stack,
      from: await positionIn(baseFolder, stack),
      to: await positionIn(headFolder, stack),
    })),
  )
  const [base, head] = await Promise.all([
    inItsProcess({
      folder: baseFolder,
      stacks: positions.map(({ stack, from }) => ({ stack, asks: baseAsks(stack, from) })),
    }),
    inItsProcess({
      folder: headFolder,
      stacks: positions.map(({ stack, from, to }) => ({ stack, asks: headAsks(stack, from, to) })),
    }),
  ])
  const prices = readPrices()
  const tools: Tools = {
    prices,
    worlds: { base: worldOf(baseFolder), head: worldOf(headFolder) },
    today: new Date(),
  }
  const reports = positions.map(({ stack, from, to }, index) =>
    analyse(
      stack,
      attemptsOf(base.stacks[index]!.answers, head.stacks[index]!.answers),
      { ...(from && { from }), ...(to && { to }) },
      tools,
    ),
  )
  return { reports, assumptions: assumptions(prices) }
}

/** Each side has a process of its own: two processors work, and the programs share nothing. */
function inItsProcess(request: Request): Promise<Reply> {
  const child: ChildProcess = fork(join(import.meta.dirname, 'reader.ts'), [], {
    cwd: projectFolder,
    // Thousands of short-lived objects a resource: a larger nursery spares copies of them.
    execArgv: ['--import', 'tsx', '--max-semi-space-size=64'],
    serialization: 'advanced',
  })
  return new Promise((resolve, reject) => {
    let reply: Reply | undefined
    child.once('message', (message) => {
      reply = message as Reply
    })
    child.once('error', reject)
    child.once('exit', (code, signal) =>
      reply
        ? resolve(reply)
        : reject(new Error(`the program in ${request.folder} ended without an answer: ${signal ?? code}`)),
    )
    child.send(request)
  })
}
