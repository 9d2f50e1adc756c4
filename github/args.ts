import { parseArgs } from 'node:util'
import { ArgsError } from '../preview/args.ts'

export const usage = `npm run comment -- --report FILE --repository OWNER/NAME (--pull-request N | --head OWNER:BRANCH@SHA)

  --report FILE            what npm run preview -- --base REF --json wrote
  --repository OWNER/NAME  where the pull request is
  --pull-request N         its number
  --head OWNER:BRANCH@SHA  or: the open one that has this commit as its head
  --print                  shows the comment instead of posting it

GITHUB_TOKEN is the token, GITHUB_API_URL the address of the API (default https://api.github.com).
`

export interface CommentArgs {
  report: string
  print: boolean
  owner: string
  repo: string
  number?: number
  head?: { owner: string; branch: string; sha: string }
}

const flags = {
  report: { type: 'string' },
  repository: { type: 'string' },
  'pull-request': { type: 'string' },
  head: { type: 'string' },
  print: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

/** Undefined: help was asked for. */
export function parseCommentArgs(args: string[]): CommentArgs | undefined {
  let values: ReturnType<typeof parse>
  try {
    values = parse(args)
  } catch (error) {
    throw new ArgsError((error as Error).message.split('. ')[0]!)
  }
  if (values.help) return undefined
  if (!values.report) throw new ArgsError(`name the report: --report report.json\n\n${usage}`)
  if (values.print) return { report: values.report, print: true, owner: '', repo: '' }
  const [, owner, repo] = /^([A-Za-z0-9-]+)\/([A-Za-z0-9._-]+)$/.exec(values.repository ?? '') ?? []
  if (!owner || !repo) throw new ArgsError(`--repository ${values.repository ?? ''}: write owner/name`)
  const place = { report: values.report, print: false, owner, repo }
  if (values['pull-request'] !== undefined) {
    if (!/^[1-9]\d*$/.test(values['pull-request']))
      throw new ArgsError(`--pull-request ${values['pull-request']}: write its number`)
    return { ...place, number: Number(values['pull-request']) }
  }
  const [, headOwner, branch, sha] = /^([A-Za-z0-9-]+):(.+)@([0-9a-f]{40})$/.exec(values.head ?? '') ?? []
  if (!headOwner || !branch || !sha)
    throw new ArgsError('name the pull request: --pull-request 12, or --head owner:branch@sha')
  return { ...place, head: { owner: headOwner, branch, sha } }
}

const parse = (args: string[]) => parseArgs({ args, options: flags, allowPositionals: false }).values
