import { demand, type Step } from './step.ts'

/** Everything that the site file names answers; changes nothing. */
export const checkSite: Step = {
  name: 'check-site',
  summary: 'Ask everything that the site names',
  expectedMs: 2500,
  async check({ lift, store, watchdog, say }) {
    const { site, gate, frontDoor } = lift
    const missing: string[] = []
    const ask = async (what: string, answer: () => Promise<string>) => {
      try {
        say(`${what}: ${await answer()}`)
      } catch (error) {
        missing.push(`${what}: ${(error as Error).message}`)
      }
    }
    await ask(
      'journal',
      async () => `${store?.place ?? site.journal}, ${(await store?.list(''))?.length ?? 0} records`,
    )
    await ask('write gate', async () => {
      const gates = await gate.state()
      if (site.gate.kind === 'none') return 'none: writes fail during a switchover instead of waiting'
      return gates.map(({ state, route }) => `${state} → ${route}`).join('; ')
    })
    await ask('front door', async () =>
      site.frontDoor.kind === 'none'
        ? 'none: shift-traffic has nothing to move'
        : `weight ${(await frontDoor.weights()).cloud}`,
    )
    // Only cutover and rollback need it, and they refuse without it: here it is told, not demanded.
    await watchdog.expectWatchdog().then(
      () => say('watchdog: lives'),
      () => say('watchdog: none lives; start it under a supervisor before cutover and rollback'),
    )
    const { window, approvals } = site
    say(
      window
        ? `window: ${window.startsAt} for ${window.hours} h, ${window.timezone}`
        : 'window: none, switchovers at any hour',
    )
    say(
      approvals
        ? `approvals: ${approvals.required} of ${approvals.approvers.join(', ')}`
        : 'approvals: none are asked for',
    )
    demand(missing.length === 0, `the site names what does not answer:\n  ${missing.join('\n  ')}`)
  },
}
