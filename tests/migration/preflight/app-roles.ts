/** What a runbooks' role that is no superuser needs on the application's roles; run by preflight.test.ts. */
import test from 'ava'
import type { Side } from '../../../migration/gate/gate.ts'
import type { Site } from '../../../migration/site.ts'
import { execute } from '../testbed.ts'
import { said, unlinked, type World } from './world.ts'

const rights = 'createrole replication in role pg_signal_backend, pg_monitor'

export function testAppRoles(world: World): void {
  const { servers, database, app, on } = world

  /** The problems of «migration-role» when the runbooks log in to one side as a role that is no superuser. */
  async function problemsOf(side: Side, more: Partial<Site> = {}): Promise<string> {
    const login = { url: servers[side].url(database, 'mover', 'of-a-test') }
    const site = { ...(side === 'source' ? { source: login } : { target: login }), ...more }
    const [outcome] = (await world.check({ name: 'migration-role', site })).outcomes
    return said(outcome!)
  }
  const asMover = (side: Side, sql: string) => execute(servers[side].url(database, 'mover', 'of-a-test'), sql)

  test.serial('since 16 CREATEROLE alone takes LOGIN from nobody: preflight tells the grants', async (t) => {
    await on(
      'target',
      `create role mover login password 'of-a-test' ${rights}, pg_create_subscription;
       grant create on database ${database} to mover; grant select on lift.fence to mover`,
    )
    await t.throwsAsync(asMover('target', `alter role ${app} nologin`), {
      message: /permission denied to alter role/,
    })
    await t.throwsAsync(asMover('target', `set role ${app}`), { message: /permission denied to set role/ })
    const wanted = (role: string) => [
      `target, ${role}: since 16 mover may not take LOGIN from this role and give it back: CREATEROLE alone is not enough → grant ${role} to mover with admin option`,
      `target, ${role}: mover may not SET ROLE to this role, as which a switchover writes its canary → grant ${role} to mover with set true`,
    ]
    t.deepEqual((await problemsOf('target')).split('\n'), wanted(app))
    // Those that the site names are those that the fence takes.
    t.deepEqual((await problemsOf('target', { appRoles: ['weak'] })).split('\n'), wanted('weak'))

    // A target without a schema will have the source's grants.
    const { source, target } = await unlinked(world, {
      source: `create table public.one (a int primary key); grant insert on public.one to ${app}`,
      target: '',
    })
    const url = servers.target.url(new URL(target?.url ?? '').pathname.slice(1), 'mover', 'of-a-test')
    const early = (await problemsOf('target', { ...(source && { source }), target: { url } })).split('\n')
    t.deepEqual(
      early.filter((line) => line.includes(app)),
      wanted(app),
    )

    await on('target', `grant ${app} to mover with admin option, set false`)
    t.deepEqual((await problemsOf('target')).split('\n'), wanted(app).slice(1))
    await on('target', `grant ${app} to mover with set true`)
    t.is(await problemsOf('target'), '')
    await asMover(
      'target',
      `alter role ${app} nologin; alter role ${app} login; begin; set local role ${app}; commit`,
    )
    await on('target', 'drop owned by mover; drop role mover')
  })

  test.serial('before 16 CREATEROLE is enough for LOGIN, and not for the canary', async (t) => {
    await on(
      'source',
      `create role mover login password 'of-a-test' ${rights};
       grant create on database ${database} to mover; grant select on lift.fence to mover`,
    )
    await asMover('source', `alter role ${app} nologin; alter role ${app} login`)
    await t.throwsAsync(asMover('source', `set role ${app}`), { message: /permission denied to set role/ })
    const problems = (await problemsOf('source')).split('\n')
    t.deepEqual(
      problems.filter((line) => line.includes(app)),
      [
        `source, ${app}: mover may not SET ROLE to this role, as which a switchover writes its canary → grant ${app} to mover`,
      ],
    )
    await on('source', `grant ${app} to mover`)
    t.notRegex(await problemsOf('source'), new RegExp(app))
    await on('source', 'drop owned by mover; drop role mover')
  })
}
