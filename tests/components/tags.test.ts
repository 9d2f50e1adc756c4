import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import test from 'ava'
import { taggable } from '../../components/taggable.ts'
import { tagsOf } from '../../components/tags.ts'
import { stacks } from '../../settings/stack-file.ts'
import { whole } from './build.ts'

const aws = dirname(createRequire(import.meta.url).resolve('@pulumi/aws/package.json'))

/** Does @pulumi/aws take `tags` for a type such as `aws:sqs/queue:Queue`? */
function takesTags(type: string): boolean {
  const [, path = '', kind] = type.split(':')
  const declared = readFileSync(join(aws, `${path}.d.ts`), 'utf8')
  const args = declared.slice(declared.indexOf(`export interface ${kind}Args`))
  return /^ {4}tags\?: pulumi\.Input<\{/m.test(args)
}

test('every resource that takes tags has them, in every stack', async (t) => {
  for (const stack of stacks()) {
    // The phase that has all there is.
    const { resources, settings } = await whole({ stack, phase: 'cutover' })
    const wanted = tagsOf(settings)
    const types = [...new Set(resources.map(({ type }) => type))].filter((type) => type.startsWith('aws:'))
    const missing = types.filter((type) => takesTags(type) !== taggable.has(type))
    t.deepEqual(missing, [], 'components/taggable.ts disagrees with @pulumi/aws')
    for (const { type, name, inputs } of resources.filter(({ type }) => taggable.has(type))) {
      t.like(inputs.tags, wanted, `${name} (${type})`)
    }
  }
})

test('the phase is no tag: a move would change every resource', (t) => {
  const tags = tagsOf({ stack: 'prod', tags: { owner: 'a', costCenter: 'b' } })
  t.deepEqual(Object.keys(tags), ['Project', 'Stack', 'Owner', 'CostCenter'])
})
