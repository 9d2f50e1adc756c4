import { z } from 'zod'
import type { GitHub } from './client.ts'

/** The first line of our comment; no reader sees it. One pull request has one comment with it. */
export const marker = '<!-- payments-lift preview -->'

/** GitHub takes no more characters than this in one comment. */
const mostOfGitHub = 65_536

export interface Place {
  owner: string
  repo: string
  /** Of the pull request. */
  number: number
}

/** Something GitHub will not do. Shown without a stack trace. */
export class GitHubError extends Error {
  override readonly name = 'GitHubError'
}

const comment = z.object({
  id: z.number(),
  body: z.string().optional(),
  html_url: z.string(),
  user: z.object({ type: z.string() }).nullable(),
})
type Comment = z.infer<typeof comment>
const pull = z.object({ number: z.number(), head: z.object({ sha: z.string() }) })

export interface Posted {
  id: number
  url: string
  made: 'created' | 'updated' | 'left'
  /** Older comments with the marker that were taken away. */
  removed: number
}

/** Puts the report into the pull request: into the comment that is there, or a new one. */
export async function putComment(github: GitHub, place: Place, report: string): Promise<Posted> {
  const body = `${marker}\n${report}`
  if (body.length > mostOfGitHub)
    throw new GitHubError(`the comment has ${body.length} characters; GitHub takes ${mostOfGitHub}`)
  try {
    const [first, ...others] = await ourComments(github, place)
    for (const { id } of others) await remove(github, place, id)
    if (!first) return { ...(await create(github, place, body)), removed: 0 }
    if (first.body === body)
      return { id: first.id, url: first.html_url, made: 'left', removed: others.length }
    const { data } = await github.request('PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}', {
      ...where(place),
      comment_id: first.id,
      body,
    })
    return { ...posted(data), made: 'updated', removed: others.length }
  } catch (error) {
    throw told(error, place)
  }
}

const where = ({ owner, repo }: Place) => ({ owner, repo })

function posted(data: unknown): Pick<Posted, 'id' | 'url'> {
  const { id, html_url } = comment.parse(data)
  return { id, url: html_url }
}

/** Comments that begin with the marker and that a bot wrote: anybody may write the marker into theirs. */
async function ourComments(github: GitHub, place: Place): Promise<Comment[]> {
  const all = await github.paginate('GET /repos/{owner}/{repo}/issues/{issue_number}/comments', {
    ...where(place),
    issue_number: place.number,
    per_page: 100,
  })
  return z
    .array(comment)
    .parse(all)
    .filter(({ body, user }) => body?.startsWith(marker) && user?.type === 'Bot')
    .sort((a, b) => a.id - b.id)
}

/** A request that failed may have arrived all the same: before it is made again, the comment is looked for. */
async function create(github: GitHub, place: Place, body: string): Promise<Omit<Posted, 'removed'>> {
  try {
    const { data } = await github.request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', {
      ...where(place),
      issue_number: place.number,
      body,
      request: { retries: 0 },
    })
    return { ...posted(data), made: 'created' }
  } catch (error) {
    if ((error as { status?: number }).status! < 500) throw error
    const [made] = await ourComments(github, place)
    if (made) return { id: made.id, url: made.html_url, made: 'created' }
    const { data } = await github.request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', {
      ...where(place),
      issue_number: place.number,
      body,
    })
    return { ...posted(data), made: 'created' }
  }
}

async function remove(github: GitHub, place: Place, id: number): Promise<void> {
  await github.request('DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}', {
    ...where(place),
    comment_id: id,
  })
}

/** GitHub's answer, with what to do about it. */
function told(error: unknown, { owner, repo, number }: Place): Error {
  const { status, message } = error as { status?: number; message: string }
  if (error instanceof GitHubError || status === undefined) return error as Error
  const mends: Record<number, string> = {
    401: 'the token is not valid; set GITHUB_TOKEN',
    403: 'the token may not write here, or GitHub limits it; the job needs permissions: pull-requests: write',
    404: 'there is no such pull request, or the token may not see it',
    422: 'GitHub refuses the comment',
  }
  return new GitHubError(
    `${owner}/${repo}#${number}: ${mends[status] ?? `GitHub answers ${status}`} (${message})`,
  )
}

/** The open pull request whose head is a commit; undefined when there is none, or it has moved on. */
export async function pullRequestAt(
  github: GitHub,
  { owner, repo }: Omit<Place, 'number'>,
  head: { owner: string; branch: string; sha: string },
): Promise<number | undefined> {
  const pulls = await github.paginate('GET /repos/{owner}/{repo}/pulls', {
    owner,
    repo,
    state: 'open',
    head: `${head.owner}:${head.branch}`,
    per_page: 100,
  })
  return z
    .array(pull)
    .parse(pulls)
    .find((one) => one.head.sha === head.sha)?.number
}
