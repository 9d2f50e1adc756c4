/** Puts a report of a preview into its pull request, in one comment that is kept up to date: npm run comment -- --help */

import { readFileSync } from 'node:fs'
import { parseCommentArgs, usage } from '../github/args.ts'
import { connect } from '../github/client.ts'
import { GitHubError, pullRequestAt, putComment } from '../github/comment.ts'
import { isMistake } from '../preview/mistakes.ts'
import { markdown } from '../preview/report/markdown.ts'
import { readView } from '../preview/report/read.ts'

try {
  const args = parseCommentArgs(process.argv.slice(2))
  if (!args) process.stdout.write(usage)
  else {
    const report = markdown(readView(readFileSync(args.report, 'utf8')))
    if (args.print) process.stdout.write(`${report}\n`)
    else {
      const token = process.env.GITHUB_TOKEN
      if (!token)
        throw new GitHubError('GITHUB_TOKEN is not set; it must be allowed to write into pull requests')
      const github = connect({ token, baseUrl: process.env.GITHUB_API_URL })
      const number = args.number ?? (args.head && (await pullRequestAt(github, args, args.head)))
      if (number === undefined) console.log('no open pull request has this head; nothing to say')
      else {
        const { made, url } = await putComment(github, { ...args, number }, report)
        console.log(`${made}: ${url}`)
      }
    }
  }
} catch (error) {
  if (!isMistake(error) && !(error instanceof GitHubError)) throw error
  process.stderr.write(`comment: ${(error as Error).message}\n`)
  process.exitCode = 2
}
