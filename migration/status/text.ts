import { epochOfToken } from '../epoch.ts'
import { holdText } from '../front-door/holds.ts'
import { inWords } from '../page/duration.ts'
import type { DatabaseStatus, Status } from '../status.ts'
import { bothOpenMend } from '../switchover/record.ts'
import { isOf, type RunStatus } from './run.ts'

/** The status in words, the most urgent first. */
export function statusText(status: Status, now = Date.now()): string {
  const { lock, run, arming, watchdog, decision, databases, gates } = status
  const lines = [verdictOf(status)]
  const { phase, weight, hold, holdTrouble } = status
  if (phase)
    lines.push(
      `phase       ${phase}${weight === undefined ? '' : `, ${weight} % of requests go to the cloud`}`,
    )
  if (hold) lines.push(`hold        ${holdText(hold)}`)
  if (holdTrouble) lines.push(`hold        not known, there may be one: ${holdTrouble}`)
  if (lock) lines.push(`lock        ${lock.explanation}`)
  if (run) lines.push(...runLines(run, lock?.alive === true && isOf(lock.holder, run), now))
  if (arming)
    lines.push(
      `switchover  epoch ${arming.epoch} is under way from the ${arming.from}; after ${arming.deadlineMs} ms the watchdog settles it`,
    )
  if (decision)
    lines.push(
      `decision    epoch ${decision.epoch}: ${decision.verdict}, by ${decision.by} at ${decision.at}`,
    )
  lines.push(
    `watchdog    ${watchdog ? 'lives' : 'no sign of life: start it before cutover or rollback (npm run watchdog -- SITE)'}`,
  )
  for (const side of ['source', 'target'] as const)
    lines.push(`${side.padEnd(12)}${databaseText(databases[side])}`)
  lines.push(
    `gates       ${typeof gates === 'string' ? gates : gates.map((gate) => `${gate.state} → ${gate.route}, ${gate.waiting} waiting`).join('; ') || 'none'}`,
  )
  return lines.join('\n')
}

/** Where a run stands, for how long, what comes next, and what to do when it hangs. */
function runLines(run: RunStatus, alive: boolean, now: number): string[] {
  const since = (at: string) => inWords(Math.max(0, now - Date.parse(at)))
  const who = [run.person, run.host && `${run.host}, process ${run.pid}`].filter(Boolean).join(' on ')
  const dry = run.execute ? '' : ' (dry run)'
  const lines = [
    `${alive ? 'run        ' : 'last run   '} ${run.runbook}${dry} by ${who || 'unknown'}: ${run.run}`,
  ]
  if (run.step) {
    const place = run.title ? `${run.title}: ` : ''
    const expected = run.expectedMs === undefined ? '' : `, expected ${inWords(run.expectedMs)}`
    const slow =
      run.stepSince && run.expectedMs && now - Date.parse(run.stepSince) > Math.max(3 * run.expectedMs, 2000)
    lines.push(
      run.stepSince
        ? `step        ${place}${run.step}, for ${since(run.stepSince)}${expected}${slow ? ' ▲ longer than expected' : ''}`
        : `step        ${place}${run.step}: ${run.last.event}, ${since(run.last.at)} ago`,
    )
  }
  if (run.waitsFor) {
    const { step, missing, approvers } = run.waitsFor
    lines.push(`waits for   ${missing} of ${approvers.join(', ')}: npm run runbook -- approve ${step} …`)
  }
  if (run.open && run.next.length > 0) lines.push(`next        ${run.next.slice(0, 3).join(' · ')}`)
  if (run.open && run.ifItHangs) lines.push(`if it hangs ${run.ifItHangs}`)
  if (run.error) lines.push(`failed      ${run.error.replaceAll('\n', '\n            ')}`)
  if (run.open && !alive)
    lines.push('            its process has not said that it ended: «resume» settles what it left')
  if (run.broken) lines.push(`journal     ${run.broken}`)
  return lines
}

/** Who accepts writes, and what to do when nobody does. */
function verdictOf({ databases, arming, lock, watchdog }: Status): string {
  const open = (['source', 'target'] as const).filter((side) => {
    const database = databases[side]
    return 'fence' in database && database.fence?.state === 'open'
  })
  if (open.length === 2) return `BOTH databases accept writes: ${bothOpenMend}`
  const [record] = open
  if (record) return `The ${record} is the system of record.`
  const unreachable = Object.values(databases).some((database) => 'trouble' in database)
  if (unreachable)
    return 'A database cannot be reached (below): whether writes are accepted is not known from here.'
  if (Object.values(databases).every((database) => !('fence' in database)))
    return 'The fence is not installed: no lift has begun (runbook replicate).'
  if (arming && !watchdog)
    return `NOBODY accepts writes and NO WATCHDOG ANSWERS: start one NOW (npm run watchdog -- SITE; in AWS: aws ecs update-service --force-new-deployment --desired-count 1 --cluster payments-lift-STACK-tasks --service payments-lift-STACK-watchdog). It settles epoch ${arming.epoch} after its deadline and waits for no approval.`
  if (lock?.alive || arming)
    return 'NOBODY accepts writes: a switchover is under way; the watchdog settles it past its deadline.'
  return 'NOBODY accepts writes: run «npm run runbook -- resume (--site FILE | --stack NAME) --execute».'
}

function databaseText(database: DatabaseStatus): string {
  if ('trouble' in database) return database.trouble
  const { fence, links } = database
  const state = fence
    ? `${fence.state === 'open' ? 'accepts writes' : 'fenced'}, epoch ${epochOfToken(fence.token)}`
    : 'no fence'
  const followed = links.map(
    ({ name, enabled, lagBytes }) =>
      `follows by ${name}${enabled ? '' : ' (stopped)'}${lagBytes === undefined ? '' : `, ${lagBytes} bytes behind`}`,
  )
  return [state, ...followed].join('; ')
}
