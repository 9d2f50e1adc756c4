/** The load generator, a process of its own: commands on stdin, answers on stdout, see protocol.ts. */
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { LoadGenerator } from './generator.ts'
import { type Answer, type Command, commandSchema, type Results } from './protocol.ts'

let generator: LoadGenerator | undefined

// Ctrl-C reaches the whole terminal; who started the load decides when it ends, at the latest by ending itself.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => end(0))
process.stdout.on('error', () => end(0))

for await (const line of createInterface({ input: process.stdin })) {
  const command = commandSchema.safeParse(JSON.parse(line))
  if (command.success) void answer(command.data)
  else say({ id: JSON.parse(line).id, error: z.prettifyError(command.error) })
}
await end(0)

async function answer(command: Command): Promise<void> {
  try {
    say({ id: command.id, result: await run(command) })
  } catch (error) {
    say({ id: command.id, error: (error as Error).message })
  }
}

async function run(command: Command): Promise<Results[keyof Results]> {
  if (command.command === 'start') {
    if (generator) throw new Error('the load was started already')
    const { ackFile } = command.options
    const refused = (error: Error) => `cannot write the acknowledgement file ${ackFile}: ${error.message}`
    generator = await LoadGenerator.start(command.options, (error) => {
      say({ error: refused(error) })
      end(2)
    }).catch((error: Error) => Promise.reject(new Error(refused(error))))
    return null
  }
  if (!generator) throw new Error('the load was not started')
  switch (command.command) {
    case 'stats':
      return generator.stats()
    case 'series':
      return generator.series()
    case 'pauseBetween':
      return await generator.pauseBetween(command.a, command.b)
    case 'stop':
      return await generator.stop()
  }
}

function say(message: Answer): void {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}

async function end(code: number): Promise<never> {
  await generator?.close().catch(() => {})
  process.exit(code)
}
