import test from 'ava'
import fc from 'fast-check'
import { escapeText, markup, raw } from '../../page/markup.ts'

test('values are escaped, markup is not, nothing is nothing', (t) => {
  const inner = markup`<b>${'<&>'}</b>`
  t.is(
    markup`<p title="${'"\''}">${inner}${false}${undefined}${0}</p>`.text,
    '<p title="&quot;&#39;"><b>&lt;&amp;&gt;</b>0</p>',
  )
  t.is(markup`${['<', inner, ['>']]}`.text, '&lt;<b>&lt;&amp;&gt;</b>&gt;')
  t.is(markup`${raw('<i>')}`.text, '<i>')
})

test('escaped text has no markup, no quote and no control character left, and loses nothing else', (t) => {
  const entities: Record<string, string> = {
    '&amp;': '&',
    '&lt;': '<',
    '&gt;': '>',
    '&quot;': '"',
    '&#39;': "'",
  }
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 30 }), (text) => {
      const escaped = escapeText(text)
      t.notRegex(escaped, /[<>"']|(?![\t\n\r])\p{Cc}/u)
      const back = escaped.replace(/&(amp|lt|gt|quot|#39);/g, (entity) => entities[entity]!)
      t.is(back, text.replace(/(?![\t\n\r])\p{Cc}/gu, '\ufffd'))
    }),
  )
})
