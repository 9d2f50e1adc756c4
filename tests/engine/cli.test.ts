import { cp, mkdtemp, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import { Engine } from '../../engine/harness.ts'
import { needs } from '../parts.ts'
import { testSandbox } from '../postgres.ts'

const test = needs('pulumi CLI', 'language host')
const root = join(import.meta.dirname, '../..')

/**
 * On a machine that is busy the plain CLI has lost an id that a component registered, and closed its providers (seen in
 * two of three whole runs of CI, never by itself; not understood). That alone is tried once more, from the beginning.
 */
const lost = /client connection is closing/

test('the plain CLI, with its language host, previews the program and builds what it previewed', async (t) => {
  let tried = await tryIt(t)
  if (lost.test(tried.errors)) {
    t.log(`tried again after: ${tried.errors}`)
    tried = await tryIt(t)
  }
  t.is(tried.errors, '')
  t.is(tried.madeByPreview, 0, 'a preview makes nothing')
  t.true(tried.built.length > 100)
  t.deepEqual(tried.built, tried.previewed)
})

async function tryIt(t: ExecutionContext) {
  const engine = await Engine.start(testSandbox().dir)
  t.teardown(() => engine.close())
  // The CLI writes into a stack's settings file; the project's own stays as it is.
  const folder = await mkdtemp(join(engine.folder, 'program-'))
  for (const name of ['Pulumi.yaml', 'Pulumi.dev.yaml', 'package.json'])
    await cp(join(root, name), join(folder, name))
  // Nothing was built in it, as in a clean clone: the program does that.
  for (const name of ['program.ts', 'node_modules']) await symlink(join(root, name), join(folder, name))

  const preview = await engine.cli('preview', folder, 'dev')
  const madeByPreview = engine.standIn.world.all().length
  const up = preview.ok ? await engine.cli('up', folder, 'dev') : preview
  const urns = (changes: typeof up.changes) => changes.map(({ urn }) => urn).sort()
  const errors = [preview, up].flatMap((run) => (run.ok ? [] : ['failed', ...run.errors])).join('\n')
  return { errors, madeByPreview, built: urns(up.changes), previewed: urns(preview.changes) }
}
