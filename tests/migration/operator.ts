import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { hostname } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { pageText, readPage } from '../../migration/page/page.ts'
import { openRun } from '../../migration/run/open-run.ts'
import type { RunOptions } from '../../migration/run/options.ts'
import type { StepName } from '../../migration/steps/index.ts'
import type { Store } from '../../migration/store/store.ts'
import type { Testbed } from './testbed.ts'

/** A site file for a testbed, as an operator has one; `more` are further keys of it. */
export function siteFile(bed: Testbed, more: object = {}): string {
  const { source, target, journal, limits } = bed.site
  const path = join(journal, `site-${Math.random()}.yaml`)
  writeFileSync(path, JSON.stringify({ source, target, journal, limits, ...more }))
  return path
}

/** Runs a page's calls in this process, in the page's order, as zx does in one of its own. */
export async function drive(
  name: string,
  site: string,
  options: Partial<RunOptions> = {},
  write: (text: string) => void = () => {},
): Promise<void> {
  const text = pageText(name)
  const run = await openRun(
    name,
    { inWindow: text.includes('inWindow: true'), emergency: text.includes('emergency: true') },
    { site, execute: false, yes: false, json: false, as: 'dora', ...options },
    write,
  )
  const step = run.step as (name: StepName, ...args: unknown[]) => Promise<void>
  for (const { kind, name: called, args } of readPage(name).calls) {
    if (kind === 'approval') await run.approval(called as StepName)
    else await step(called as StepName, ...JSON.parse(`[${args.replaceAll("'", '"')}]`))
  }
  await run.finish()
}

/** Everything that a run may change on one side. */
export async function everything(url: string): Promise<unknown> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    const parts: unknown[] = []
    const { rows } = await client.query(`select to_regclass('lift.fence') is not null as lift`)
    for (const sql of rows[0].lift ? [...catalogue, ...ownTables] : catalogue)
      parts.push((await client.query(sql)).rows)
    return parts
  } finally {
    await client.end()
  }
}

const catalogue = [
  `select n.nspname, relname, relkind, relreplident, relhastriggers, reltuples >= 0 as analyzed from pg_class c
   join pg_namespace n on n.oid = relnamespace where n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema' order by 1, 2`,
  'select tgrelid::regclass::text, tgname, tgenabled from pg_trigger where not tgisinternal order by 1, 2',
  `select rolname, rolcanlogin from pg_roles where rolname not like 'pg\\_%' order by 1`,
  `select subname, subenabled, subconninfo, subslotname, subsynccommit from pg_subscription
   where subdbid = (select oid from pg_database where datname = current_database()) order by 1`,
  'select pubname, tablename from pg_publication_tables order by 1, 2',
  'select slot_name from pg_replication_slots where database = current_database() order by 1',
  'select evtname from pg_event_trigger order by 1',
  'select id, made_by from payments order by 1',
  'select last_value, is_called from spare',
]

const ownTables = ['fence', 'nonce_source', 'nonce_target', 'canary'].map(
  (table) => `select * from lift.${table} order by 1`,
)

/** The admin side of a front door, and what was asked of it. */
export async function fakeFrontDoor(cloud = 0) {
  const moved: number[] = []
  let weight = cloud
  const side = { requests: 1000, errors: 0, p50Ms: 1, p99Ms: 2 }
  const server = createServer((request, response) => {
    const answer = (body: object) => response.end(JSON.stringify(body))
    if (request.method !== 'PUT')
      return answer(
        request.url?.startsWith('/metrics')
          ? { onPremises: side, cloud: side }
          : { onPremises: 100 - weight, cloud: weight },
      )
    let text = ''
    request.on('data', (chunk) => {
      text += chunk
    })
    request.on('end', () => {
      weight = JSON.parse(text).cloud
      moved.push(weight)
      answer({ onPremises: 100 - weight, cloud: weight })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return {
    site: { frontDoor: { kind: 'local', admin: `http://127.0.0.1:${port}` } },
    moved,
    close: () => server.close(),
  }
}

/** The lock of a process that is gone: one that has ended stands for it. */
export async function leaveStaleLock(desk: Store, more: object = {}): Promise<void> {
  const gone = spawn(process.execPath, ['-e', ''])
  await new Promise((resolve) => gone.once('exit', resolve))
  const holder = { runbook: 'cutover', host: hostname(), pid: gone.pid, since: new Date().toISOString() }
  await desk.put('lock.json', JSON.stringify({ ...holder, ...more }))
}
