import type { Store } from '../store/store.ts'
import { entryOf, principal } from './person.ts'
import type { Approvals } from './settings.ts'

/** A run that waits for people to agree to one step. */
export interface ApprovalRequest {
  run: string
  runbook: string
  /** The step that comes next once they have agreed. */
  step: string
  /** Who runs the runbook, and is none of the approvers. */
  by: string
  at: string
  required: number
  approvers: string[]
}

export interface Approval {
  /** The entry of the list of approvers. */
  approver: string
  /** Who that was, as known. */
  person: string
  verdict: 'yes' | 'no'
  reason?: string
  at: string
}

/** Where they stand: what is still missing, or who said no. */
export interface Approved {
  request: ApprovalRequest
  given: Approval[]
  refused?: Approval
  /** How many are still missing. */
  missing: number
}

const root = 'approvals/'
const keyOf = (run: string, step: string, file: string) => `${root}${run}/${step}/${file}.json`

/** Asks; asking twice is asking once. */
export async function requestApproval(store: Store, request: ApprovalRequest): Promise<void> {
  await store.create(keyOf(request.run, request.step, 'request'), JSON.stringify(request))
}

export async function readApproval(store: Store, run: string, step: string): Promise<Approved | undefined> {
  const text = await store.read(keyOf(run, step, 'request'))
  if (!text) return undefined
  const request = JSON.parse(text) as ApprovalRequest
  const keys = (await store.list(`${root}${run}/${step}/`)).filter((key) => !key.endsWith('/request.json'))
  const given = (await Promise.all(keys.map((key) => store.read(key)))).flatMap((found) =>
    found ? [JSON.parse(found) as Approval] : [],
  )
  const refused = given.find(({ verdict }) => verdict === 'no')
  // Whatever stands in the store: an entry counts once, only if it is on the list, and never the runner's.
  const counted = new Set(
    given
      .filter(({ approver, verdict }) => verdict === 'yes' && entryOf(approver, request.approvers))
      .map(({ approver }) => principal(approver))
      .filter((who) => who !== principal(request.by)),
  )
  return {
    request,
    given,
    ...(refused && { refused }),
    missing: Math.max(0, request.required - counted.size),
  }
}

/** The requests of a run, or of every run. */
export async function readApprovals(store: Store, run = ''): Promise<Approved[]> {
  const keys = (await store.list(run ? `${root}${run}/` : root)).filter((key) =>
    key.endsWith('/request.json'),
  )
  const found = await Promise.all(
    keys.map((key) => {
      const [, of = '', step = ''] = key.split('/')
      return readApproval(store, of, step)
    }),
  )
  return found.filter((approved) => approved !== undefined)
}

/** Says yes or no, once: a word that was given is not taken back, it is answered by a new run. */
export async function approve(
  store: Store,
  { run, step }: { run: string; step: string },
  person: string,
  answer: { verdict: 'yes' | 'no'; reason?: string },
): Promise<Approved> {
  const standing = await readApproval(store, run, step)
  if (!standing) throw new Error(`nobody has asked for approval of «${step}» in the run ${run}`)
  const { request } = standing
  const approver = entryOf(person, request.approvers)
  if (!approver)
    throw new Error(`${person} is not among those who may approve: ${request.approvers.join(', ')}`)
  if (principal(request.by) === principal(person))
    throw new Error(`${person} runs this runbook: somebody else must approve it`)
  const approval: Approval = { approver, person, ...answer, at: new Date().toISOString() }
  const mine = keyOf(run, step, `by-${encodeURIComponent(principal(approver))}`)
  if (!(await store.create(mine, JSON.stringify(approval)))) {
    const earlier = standing.given.find((given) => principal(given.approver) === principal(approver))
    throw new Error(
      `${approver} said «${earlier?.verdict ?? 'something'}» at ${earlier?.at ?? 'an earlier time'}: a word is given once`,
    )
  }
  return (await readApproval(store, run, step)) as Approved
}

/** The approvals a site asks for as a request for one step; undefined when it asks for none. */
export function requestOf(
  approvals: Approvals | undefined,
  about: Pick<ApprovalRequest, 'run' | 'runbook' | 'step' | 'by'>,
): ApprovalRequest | undefined {
  return approvals && { ...about, at: new Date().toISOString(), ...approvals }
}
