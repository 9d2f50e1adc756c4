/** What functions cost, from their logs: npm run costs -- [FILE…|-] or --log-group NAME */
import { CostsError } from '../costs/errors.ts'
import { costs } from '../costs/main.ts'

// `npm run costs -- … | head` is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

try {
  const text = await costs(process.argv.slice(2))
  await new Promise((resolve) => process.stdout.write(text, resolve))
} catch (error) {
  const known =
    error instanceof CostsError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') === true
  if (!known) throw error
  process.stderr.write(`costs: ${(error as Error).message}\n`)
  process.exitCode = 2
}
