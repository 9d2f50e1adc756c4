import { cp, mkdtemp, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { Engine } from '../../engine/harness.ts'
import { needs } from '../parts.ts'
import { testSandbox } from '../postgres.ts'

const test = needs('pulumi CLI', 'language host')
const root = join(import.meta.dirname, '../..')

test('the plain CLI, with its language host, previews the program and builds what it previewed', async (t) => {
  const engine = await Engine.start(testSandbox().dir)
  t.teardown(() => engine.close())
  // The CLI writes into a stack's settings file; the project's own stays as it is.
  const folder = await mkdtemp(join(engine.folder, 'program-'))
  for (const name of ['Pulumi.yaml', 'Pulumi.dev.yaml', 'package.json'])
    await cp(join(root, name), join(folder, name))
  // Nothing was built in it, as in a clean clone: the program does that.
  for (const name of ['program.ts', 'node_modules']) await symlink(join(root, name), join(folder, name))

  const preview = await engine.cli('preview', folder, 'dev')
  t.true(preview.ok, preview.errors.join('\n'))
  t.is(engine.standIn.world.all().length, 0, 'a preview makes nothing')

  const up = await engine.cli('up', folder, 'dev')
  t.true(up.ok, up.errors.join('\n'))
  t.true(up.changes.length > 100)
  const urns = (changes: typeof up.changes) => changes.map(({ urn }) => urn).sort()
  t.deepEqual(urns(up.changes), urns(preview.changes))
})
