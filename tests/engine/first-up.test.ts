import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Engine } from '../../engine/harness.ts'
import { readOutputs } from '../../outputs.ts'
import { needs } from '../parts.ts'
import { testSandbox } from '../postgres.ts'
import { Lift, losses, told } from './lift.ts'

const test = needs('pulumi CLI')
let engine: Engine
test.before(async () => {
  engine = await Engine.start(testSandbox().dir)
})
test.after.always(() => engine?.close())

const page = readFileSync(join(import.meta.dirname, '../../runbooks/foundation.md'), 'utf8')

test('the first up of a stack stops at Logstash for want of its image; once that is pushed, the next one goes on', async (t) => {
  const lift = await Lift.start(engine, 'dev')
  const { reserved } = engine.standIn.world
  const refused = 'aws:ecs/service:Service payments-lift-dev-logstash'
  reserved.add(refused)
  const first = await lift.stack.run('up')
  t.false(first.ok)
  t.regex(first.errors.join('\n'), /logs-logstash-service/)
  const names = (await lift.stack.resources())
    .filter(({ type }) => type === 'aws:ecr/repository:Repository')
    .map(({ outputs }) => String(outputs?.name))
  t.is(names.length, 7, 'there is somewhere to push to')
  for (const name of names) t.true(page.includes(`\`${name.replace('payments-lift-dev-', '')}\``), name)

  reserved.delete(refused)
  const digests = Object.keys((await lift.setting('images')) as object)
  await lift.set({ images: Object.fromEntries(digests.map((name) => [name, `sha256:${'a'.repeat(64)}`])) })
  const rest = await lift.stack.run('up')
  t.true(rest.ok, rest.errors.join('\n'))
  t.deepEqual(losses(rest), [], told(losses(rest)))
  t.true(rest.changes.some(({ op, name }) => op === 'create' && name === 'logs-logstash-service'))
  t.is(readOutputs(await lift.stack.outputs()).phase, 'foundation')
})
