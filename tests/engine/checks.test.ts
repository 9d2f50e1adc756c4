import test from 'ava'
import { Aws } from '../../engine/stand-in/aws.ts'
import { unknown, type WireObject } from '../../engine/stand-in/wire.ts'
import { World } from '../../engine/stand-in/world.ts'
import { refusedAccess } from './refused-access.ts'
import { refusedFacts } from './refused-facts.ts'
import { refusedInputs } from './refused-inputs.ts'

const provider = new Aws(new World(), { region: 'us-east-1', accountId: '123456789012' })
const check = (token: string, name: string, inputs: WireObject) => {
  const target = { token, name, urn: `urn:pulumi:dev::test::${token}::${name}` }
  return provider.check(target, inputs, {}, 'seed').failures.map((f) => `${f.property}: ${f.reason}`)
}

for (const [what, { token, name = 'one', right, wrong, says }] of Object.entries({
  ...refusedInputs,
  ...refusedFacts,
  ...refusedAccess,
})) {
  test(`refused: ${what}`, (t) => {
    t.deepEqual(check(token, 'one', right), [], 'the inputs it starts from must be right')
    const failures = check(token, name, { ...right, ...wrong } as WireObject)
    t.true(
      failures.some((failure) => says.every((word) => failure.includes(word))),
      `${says.join(', ')} are not in ${JSON.stringify(failures)}`,
    )
  })
}

test('a value that is not known yet is not judged', (t) => {
  t.deepEqual(check('aws:sqs/queue:Queue', 'one', { delaySeconds: unknown }), [])
  const policy = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"${unknown}"}]}`
  t.deepEqual(check('aws:iam/rolePolicy:RolePolicy', 'one', { role: 'r', policy }), [])
})

test('a name that was generated stays', (t) => {
  const target = {
    token: 'aws:sqs/queue:Queue',
    name: 'jobs',
    urn: 'urn:pulumi:dev::test::aws:sqs/queue:Queue::jobs',
  }
  const first = provider.check(target, {}, {}, 'a').inputs
  t.regex(String(first.name), /^jobs-[0-9a-f]{7}$/)
  t.is(provider.check(target, {}, first, 'b').inputs.name, first.name)
  t.not(provider.check(target, {}, {}, 'b').inputs.name, first.name)
  t.regex(
    String(provider.check(target, { fifoQueue: true }, {}, 'a').inputs.name),
    /^jobs-[0-9a-f]{7}\.fifo$/,
  )
})

test('an enum takes its values and no others', (t) => {
  const inputs = (runtime: string) => ({ role: 'arn:r', runtime, handler: 'h', s3Bucket: 'b', s3Key: 'k' })
  t.deepEqual(check('aws:lambda/function:Function', 'one', inputs('nodejs20.x')), [])
  const table = { attributes: [{ name: 'k', type: 'S' }], hashKey: 'k', billingMode: 'PAY_PER_REQUEST' }
  t.deepEqual(check('aws:dynamodb/table:Table', 'one', table), [])
  t.regex(
    check('aws:ecr/repository:Repository', 'one', { imageTagMutability: 7 })[0]!,
    /imageTagMutability: wrong type/,
  )
})

test('a type whose replacements nobody reviewed is refused, and one that does not exist', (t) => {
  const alias = { routingStrategy: { type: 'TERMINAL', message: 'no' } }
  t.regex(check('aws:gamelift/alias:Alias', 'one', alias)[0]!, /has not been reviewed/)
  t.regex(check('aws:gamelift/alias:Alibi', 'one', {})[0]!, /has no resource/)
})
