/** Lets checkov look at what a stack would build: npx tsx scripts/scan.ts --stack prod [--phase cutover] */

import { ArgsError, parsePreviewArgs } from '../preview/args.ts'
import { CheckovError, checkovVersion, findCheckov, scan } from '../preview/checkov.ts'
import { isMistake } from '../preview/mistakes.ts'
import { record } from '../preview/record.ts'

try {
  const { options } = parsePreviewArgs(process.argv.slice(2))
  const command = findCheckov()
  if (!command)
    throw new ArgsError(`checkov is not there: pip install checkov==${checkovVersion}, or set CHECKOV to it`)
  const { open, waived } = await scan(await record(options), command)
  for (const { check_id: id, check_name: words, name } of open) console.log(`${id} ${name}: ${words}`)
  console.log(`${open.length} open, ${waived.length} waived`)
  if (open.length > 0) process.exitCode = 1
} catch (error) {
  if (!isMistake(error) && !(error instanceof CheckovError)) throw error
  process.stderr.write(`scan: ${(error as Error).message}\n`)
  process.exitCode = 2
}
