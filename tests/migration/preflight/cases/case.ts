import type { Side } from '../../../../migration/gate/gate.ts'
import { execute } from '../../testbed.ts'
import type { CheckOptions, World } from '../world.ts'

/** What makes one check fail, and what it says then. */
export interface Case {
  /** The check, where another case has its name. */
  check?: string
  /** SQL that breaks a side, and SQL that mends it. */
  source?: [string, string]
  target?: [string, string]
  /** What SQL cannot break; returns how to mend it. */
  breaks?: (world: World) => Promise<() => Promise<unknown>>
  /** A site or direction in which it fails. */
  with?: (world: World) => CheckOptions | Promise<CheckOptions>
  /** What it says: side, object, problem, mend. */
  says: RegExp
}

export const table = (columns: string): [string, string] => [
  `create table public.broken (${columns})`,
  'drop table public.broken',
]
export const setting =
  (side: Side, name: string, value: string) =>
  async ({ setting }: World) => {
    await setting(side, name, value)
    return () => setting(side, name, undefined)
  }
export const holding =
  (sql: string) =>
  async ({ bed }: World) => {
    const session = await bed.connect('source', 'superuser')
    await session.query(sql)
    return () => session.end()
  }
export const toUnfit =
  (database = 'postgres') =>
  ({ bed, unfit }: World): CheckOptions => ({
    site: { target: { url: unfit.url(database) }, source: bed.site.source },
  })
export const unfitDatabase =
  (name: string, options: string) =>
  async ({ unfit }: World) => {
    await execute(unfit.url('postgres'), `create database ${name} template template0 ${options}`)
    return async () => {}
  }
export const fdw = `create extension postgres_fdw; create server far foreign data wrapper postgres_fdw;`
export const noFdw = 'drop extension postgres_fdw cascade'
