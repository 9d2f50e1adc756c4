import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Engine } from '../../engine/harness.ts'
import { needs } from '../parts.ts'

const test = needs('pulumi CLI', 'language host')

test('the plain CLI previews and builds a program with its language host, and destroys it', async (t) => {
  const engine = await Engine.start()
  const folder = await mkdtemp(join(tmpdir(), 'payments-lift-program-'))
  t.teardown(async () => {
    await engine.close()
    await rm(folder, { recursive: true, force: true })
  })
  await cp(join(import.meta.dirname, 'programs/minimal'), folder, { recursive: true })
  await symlink(join(import.meta.dirname, '../../node_modules'), join(folder, 'node_modules'))
  await writeFile(join(folder, 'package.json'), '{"type":"module"}')
  const weight = (percent: number) =>
    writeFile(join(folder, 'Pulumi.dev.yaml'), `config:\n  minimal:weight: ${percent}\n`)

  await weight(0)
  const preview = await engine.cli('preview', folder, 'dev')
  t.true(preview.ok, preview.errors.join('\n'))
  t.is(engine.standIn.world.all().length, 0, 'a preview makes nothing')

  const first = await engine.cli('up', folder, 'dev')
  t.true(first.ok, first.errors.join('\n'))
  t.deepEqual(
    first.changes.map(({ urn }) => urn).sort(),
    preview.changes.map(({ urn }) => urn).sort(),
    'up makes what preview said',
  )

  await weight(5)
  const shifted = await engine.cli('up', folder, 'dev')
  t.deepEqual(
    shifted.changes.map(({ op, type, diff }) => ({ op, type, diff: diff.sort() })),
    [
      {
        op: 'update',
        type: 'aws:lb/listener:Listener',
        diff: [0, 1].map((i) => `defaultActions[0].forward.targetGroups[${i}].weight`),
      },
    ],
  )

  const destroyed = await engine.cli('destroy', folder, 'dev')
  t.true(destroyed.ok, destroyed.errors.join('\n'))
  t.is(engine.standIn.world.all().length, 0)
})
