/** Shows what a stack would build, without an AWS account: npm run preview -- --stack prod */

import { writeFileSync } from 'node:fs'
import { parsePreviewArgs, usage } from '../preview/args.ts'
import { isMistake } from '../preview/mistakes.ts'
import '../preview/lean.ts'

try {
  const { show, options } = parsePreviewArgs(process.argv.slice(2))
  if (show.help) {
    process.stdout.write(usage)
  } else {
    const { record } = await import('../preview/record.ts')
    const recorded = await record(options)
    const { previewJson, previewText } = await import('../preview/text.ts')
    if (show.terraformPlan) {
      const { terraformPlan } = await import('../preview/terraform-plan.ts')
      writeFileSync(show.terraformPlan, `${JSON.stringify(terraformPlan(recorded), null, 2)}\n`)
    }
    const text = show.json ? `${JSON.stringify(previewJson(recorded), null, 2)}\n` : previewText(recorded)
    await new Promise((resolve) => process.stdout.write(text, resolve))
  }
} catch (error) {
  if (!isMistake(error)) throw error
  process.stderr.write(`preview: ${error.message}\n`)
  process.exitCode = 2
}
