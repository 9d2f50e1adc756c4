import '../../preview/lean.ts'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Engine } from '../../engine/harness.ts'
import { serveProgram } from '../../engine/inline.ts'
import program from '../../index.ts'
import { type Change, compare } from '../../preview/diff/compare.ts'
import { readEnginePreview } from '../../preview/diff/engine-preview.ts'
import { engineReport } from '../../preview/diff/engine-report.ts'
import { Programs } from '../../preview/diff/program.ts'
import { worldOf } from '../../preview/diff/world.ts'
import { readPrices } from '../../prices/list.ts'
import { projectFolder, readStackFile } from '../../settings/stack-file.ts'
import { needs } from '../parts.ts'
import { testSandbox } from '../postgres.ts'
import { Lift } from './lift.ts'

const test = needs('pulumi CLI')

const world = worldOf(projectFolder)
const toolsNow = { prices: readPrices(), worlds: { base: world, head: world }, today: new Date('2026-11-25') }

/** What a reader is told of a change, without values that only one of the two can know. */
const told = (changes: Change[]): string[] =>
  changes
    .map(({ op, urn, properties }) => {
      const causes = properties.filter(({ replaces }) => replaces).map(({ path }) => path.split(/[.[]/)[0])
      return `${op} ${urn} ${[...new Set(causes)].sort().join()}`
    })
    .sort()

test('the offline preview and the real engine say the same of the same change', async (t) => {
  t.timeout(300_000)
  const engine = await Engine.start(testSandbox().dir)
  t.teardown(() => engine.close())
  const programs = await Programs.open()
  t.teardown(() => programs.close())

  const lift = await Lift.start(engine, 'dev')
  const up = await lift.to({ phase: 'foundation', weight: 0 })
  t.true(up.ok, up.errors.join('\n'))

  const before = readStackFile('dev')
  const network = JSON.parse(before['payments-lift:network']!) as { zones: { data: string }[] }
  network.zones[0]!.data = '10.42.14.0/24'
  const retention = { ...JSON.parse(before['payments-lift:retention']!), logDays: 30 }
  await lift.set({ network, retention })
  const engineSays = async () => {
    const args = ['preview', '--json', '--show-sames', '--stack', 'dev', '--non-interactive']
    const text = await serveProgram(program, (client) => engine.pulumi([...args, client], lift.stack.folder))
    return readEnginePreview(text)
  }
  const real = await engineSays()

  const loaded = await programs.load()
  const base = await loaded.read({ stack: 'dev' })
  const head = await loaded.read(
    { stack: 'dev' },
    {
      ...before,
      'payments-lift:network': JSON.stringify(network),
      'payments-lift:retention': JSON.stringify(retention),
    },
  )
  const offline = compare(base.side!, head.side!)
  const offlineOf = (change: Change): Change => ({
    ...change,
    now: head.side!.resources.find(({ urn }) => urn === change.urn),
  })

  t.true(offline.changes.some(({ op, name }) => op === 'replace' && name === 'network-vpc-data-1'))
  t.true(offline.changes.some(({ op, type }) => op === 'update' && type.endsWith(':LogGroup')))
  // Values that pass through awsx's outputs lose their origin offline: such a change is the engine's alone to see.
  const isThroughAwsx = ({ now }: Change) =>
    Object.values(now?.propertyDependencies ?? {}).some((urns) =>
      urns.some((urn) => urn.endsWith('awsx:ec2:Vpc::network-vpc')),
    )
  const seen = new Set(offline.changes.map(({ urn }) => urn))
  const alone = real.comparison.changes.filter((each) => !seen.has(each.urn))
  t.true(
    alone.every((each) => each.op === 'update' && isThroughAwsx(offlineOf(each))),
    told(alone).join(),
  )
  t.deepEqual(told(offline.changes), told(real.comparison.changes.filter(({ urn }) => seen.has(urn))))
  t.is(real.stack, 'dev')
  t.is(real.head.phase, 'foundation')
  t.true(readFileSync(join(projectFolder, 'Pulumi.dev.yaml'), 'utf8').includes('10.42.4.0/24'))

  // A move is known as one, and what it creates breaks no rule because its policy is not known yet.
  await lift.set({
    network: JSON.parse(before['payments-lift:network']!),
    phase: 'replicate',
  })
  const moves = await engineSays()
  t.is(moves.base.phase, 'foundation')
  t.is(moves.head.phase, 'replicate')
  const { illegal, now } = engineReport(moves, toolsNow)
  t.is(illegal, undefined)
  t.deepEqual(
    now!.broken.map(({ rule, name }) => `${rule.name} ${name}`),
    [],
  )
})
