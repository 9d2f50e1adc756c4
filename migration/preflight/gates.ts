import { identityOf } from '../postgres/identity.ts'
import { type CheckGroup, shutsOut } from './check.ts'
import { linkedCheck } from './linked.ts'

/** What holds writes, and what opens it again when nobody comes back. */
export const gates: CheckGroup = {
  title: 'Gates and watchdog',
  checks: [
    linkedCheck({
      name: 'gates-open',
      why: 'a gate that is paused or points elsewhere would be opened by the switchover towards a side nobody expects',
      async unneeded({ lift }) {
        return lift.gate.kind === 'none'
          ? 'the site has no gate: writes fail during a switchover instead of waiting'
          : undefined
      },
      async run({ lift, from }) {
        return (await lift.gate.state()).flatMap((gate, at) =>
          gate.state === 'open' && gate.route === from.side
            ? []
            : [
                {
                  what: `it is ${gate.state} and leads to the ${gate.route}`,
                  where: `gate ${at + 1}`,
                  mend: 'runbook: pooler-restart (align-gates)',
                },
              ],
        )
      },
    }),
    linkedCheck({
      name: 'gate-login',
      why: 'an application that cannot log in on the other side waits and fails once it is switched',
      async unneeded({ to, lift }) {
        if (lift.gate.kind === 'none') return 'the site has no gate'
        // The roles that get LOGIN back are those saved then.
        return (await shutsOut(to))
          ? `the roles of the ${to.side} are without LOGIN behind its fence; they logged in before it closed`
          : undefined
      },
      async run({ lift, to }) {
        try {
          await lift.gate.probe(to.side, await identityOf(to.client))
          return []
        } catch (error) {
          return [
            {
              what: (error as Error).message,
              where: `gates to the ${to.side}`,
              mend: 'role, password, grants and pg_hba.conf there must let the application in, from every gate, and the gate must lead there',
            },
          ]
        }
      },
    }),
    linkedCheck({
      name: 'watchdog',
      why: 'if the run dies in the pause, nobody else opens the gates again',
      async run({ watchdog }) {
        try {
          await watchdog.expectWatchdog()
          return []
        } catch (error) {
          return [
            {
              what: (error as Error).message,
              where: 'watchdog',
              mend: 'npm run watchdog -- FILE, under a supervisor',
            },
          ]
        }
      },
    }),
  ],
}
