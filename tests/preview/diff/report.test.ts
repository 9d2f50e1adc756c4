import test from 'ava'
import { outlivesPhases } from '../../../policy/state.ts'
import { lostWith } from '../../../preview/diff/kinds.ts'
import { canonical, differences, isRebuild } from '../../../preview/diff/properties.ts'
import { markdown, mostCharacters, verdict } from '../../../preview/report/markdown.ts'
import { plainText } from '../../../preview/report/plain.ts'
import { code, html, prose, valueText, withoutSecrets } from '../../../preview/report/words.ts'
import { manyChanges } from './views.ts'

test('a comment with a thousand changes has room, and loses no destroy, replace or guardrail', (t) => {
  for (const only of [undefined, 'delete', 'replace'] as const) {
    const view = manyChanges(1000, only)
    const text = markdown(view)
    t.true(text.length <= mostCharacters, `${only}: ${text.length}`)
    const { changes, guardrails } = view.stacks[0]!.now!
    for (const { name, op } of changes)
      if (op === 'delete' || op === 'replace') t.true(text.includes(name), name)
    for (const { rule, name } of guardrails)
      t.true(text.includes(rule) && text.includes(name), `${rule} ${name}`)
    t.notRegex(text, /cut here/)
  }
})

test('a small report tells everything, verdict first', (t) => {
  const text = markdown(manyChanges(4))
  t.regex(text, /^## ⛔ Do not merge as it is: data or traffic would be lost\n/)
  t.true(text.indexOf('Destroyed and replaced') < text.indexOf('<b>prod</b>'))
  t.regex(text, /some prices were not looked up/)
})

test('a report without findings says so', (t) => {
  const view = { ...manyChanges(4, 'update'), findings: [] }
  t.is(verdict(view), '✅ Nothing is destroyed, replaced, opened or weakened')
  t.is(verdict({ ...view, stacks: [] }), '✅ No stack changes')
})

test('whatever holds state has words for its loss', (t) => {
  t.deepEqual(
    outlivesPhases.filter((type) => !lostWith(type)),
    [],
  )
})

test('secrets are masked, wherever they stand', (t) => {
  const key = ['AKIA', 'IOSFODNN7', 'EXAMPLE'].join('')
  t.notRegex(withoutSecrets(`a ${key} b`), /AKIA/)
  t.is(withoutSecrets('postgres://app:hunter22@db/pay'), 'postgres://app:<secret>@db/pay')
  t.notRegex(withoutSecrets('{"API_TOKEN":"abcdef123456"}'), /abcdef/)
  t.is(withoutSecrets('DATABASE_URL_SECRET_ARN=arn:aws:x'), 'DATABASE_URL_SECRET_ARN=arn:aws:x')
  t.is(valueText('hunter22', 'masterPassword'), '<secret>')
  const secret = 'arn:aws:secretsmanager:eu-central-1:333333333333:secret:payments/app-AbCdEf'
  t.is(
    withoutSecrets(`secretsmanager:GetSecretValue on ${secret}`),
    `secretsmanager:GetSecretValue on ${secret}`,
  )
})

test('nothing of the program is read as Markdown', (t) => {
  t.is(code('a `b` | c'), '`` a `b` ¦ c ``')
  t.is(prose('<img> [x](y) @team'), '\\<img\\> \\[x\\](y) @\u200bteam')
  t.is(prose('&commat;team &#64; a & b'), '\\&commat;team \\&\\#\u200b64; a \\& b')
  t.is(
    prose('https://evil.example HTTP://x www.evil.example mailto:a@b.c'),
    'https:\u200b//evil.example HTTP:\u200b//x www\u200b.evil.example mailto\u200b:a@\u200bb.c',
  )
  t.is(html('<img> &commat; @team'), '&#60;img&#62; &#38;commat; @\u200bteam')
  const strange = manyChanges(4)
  strange.stacks[0]!.stack = '<img>&commat;team'
  t.regex(markdown(strange), /<b>&#60;img&#62;&#38;commat;team<\/b>/)
  const text = '<a> & https://x www.y #1 @z _b_'
  t.is(plainText(prose(text)), text)
})

test('order that AWS does not keep is no difference, and order that it keeps is one', (t) => {
  t.deepEqual(differences({ a: ['x', 'y'] }, { a: ['y', 'x'] }), [])
  t.deepEqual(
    differences(
      { policy: '{"Statement":[{"Sid":"A"},{"Sid":"B"}]}' },
      { policy: { Statement: [{ Sid: 'B' }, { Sid: 'A' }] } },
    ),
    [],
  )
  const weights = (...each: number[]) => ({
    targetGroups: each.map((weight) => ({ arn: '<unknown>', weight })),
  })
  t.deepEqual(
    differences(weights(90, 10), weights(10, 90)).map(({ path }) => path),
    ['targetGroups[0].weight', 'targetGroups[1].weight'],
  )
  t.is(differences(weights(90, 10), weights(100)).length, 1)
  t.is(differences({ command: ['x', 'y'] }, { command: ['y', 'x'] }).length, 1)
  t.is(canonical({ b: 1, a: 2 }), canonical({ a: 2, b: 1 }))
  t.deepEqual(
    differences(
      {
        list: [
          { name: 'a', value: 1 },
          { name: 'b', value: 2 },
        ],
      },
      {
        list: [
          { name: 'b', value: 3 },
          { name: 'a', value: 1 },
        ],
      },
    ),
    [{ path: 'list[b].value', old: 2, now: 3 }],
  )
})

test('the digest of a new build is no difference, another image is one', (t) => {
  const [one, two] = ['a', 'b'].map((digit) => digit.repeat(64))
  t.true(isRebuild({ path: 'image', old: `x@sha256:${one}`, now: `x@sha256:${two}` }))
  t.false(isRebuild({ path: 'image', old: `x@sha256:${one}`, now: `y@sha256:${two}` }))
  t.false(isRebuild({ path: 'image', old: 'x:1', now: 'x:2' }))
})
