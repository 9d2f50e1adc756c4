/**
 * Shows what a stack would build, without an AWS account: npm run preview -- --stack prod
 * and what a change would do to every stack: npm run preview -- --base main
 */

import { writeFileSync } from 'node:fs'
import { parsePreviewArgs, usage } from '../preview/args.ts'
import { isMistake } from '../preview/mistakes.ts'
import '../preview/lean.ts'

const args = process.argv.slice(2)
try {
  if (args.some((arg) => /^--(base|from)(=|$)/.test(arg))) {
    const { comparison } = await import('../preview/report/command.ts')
    process.exit(await comparison(args))
  }
  const { show, options } = parsePreviewArgs(args)
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
