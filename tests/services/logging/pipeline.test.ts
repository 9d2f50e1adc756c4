import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { maskJson } from '../../../services/logging/card-numbers.ts'
import { needs } from '../../parts.ts'
import { json } from './numbers.ts'

const folder = join(import.meta.dirname, '../../../services/logging/logstash')

/** Runs the filter as Logstash does, on an event that has what it uses of Logstash's. */
const harness = `
require 'json'
load ARGV[0]
Event = Struct.new(:data) do
  def to_hash = data.dup
  def set(name, value) = data[name[1..-2]] = value
  def remove(name) = data.delete(name[1..-2])
end
register({})
STDIN.each_line { |line| puts JSON.generate(filter(Event.new(JSON.parse(line)))[0].data) }`

const ruby = (values: unknown[]): unknown[] =>
  execFileSync('ruby', ['-Eutf-8', '-e', harness, join(folder, 'card_numbers.rb')], {
    input: values.map((value) => `${JSON.stringify(value)}\n`).join(''),
    encoding: 'utf8',
  })
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

const test = needs('ruby')

test('Logstash masks what the services mask, and nothing else, in any JSON', (t) => {
  const events = fc.sample(json, { numRuns: 400, seed: 7 }).map((message) => ({ message }))
  const lines = events.map((event) => JSON.stringify(event))
  t.deepEqual(
    ruby(events),
    lines.map((line) => JSON.parse(maskJson(line))),
  )
  t.true(lines.filter((line) => maskJson(line) !== line).length > 50, 'there was something to mask')
})

test('Logstash masks a field’s name too, keeps an order number, and steps over nothing for bytes that are no text', (t) => {
  t.deepEqual(
    ruby([{ 4242424242424242: 1, order: 1234567890123456, text: 'card 4242-4242-4242-4242 2027-03' }]),
    [{ '****4242': 1, order: 1234567890123456, text: 'card ****4242 2027-03' }],
  )
  const broken = execFileSync(
    'ruby',
    ['-e', `load ARGV[0]; puts CardNumbers.mask("\\xff 4242424242424242")`, join(folder, 'card_numbers.rb')],
    { encoding: 'utf8' },
  )
  t.is(broken, '? ****4242\n')
})

test('every Ruby file of the pipeline has no warning', (t) => {
  for (const name of readdirSync(folder).filter((name) => name.endsWith('.rb')))
    t.is(execFileSync('ruby', ['-wc', join(folder, name)], { encoding: 'utf8' }), 'Syntax OK\n')
  t.true(readFileSync(join(folder, 'pipeline/main.conf'), 'utf8').includes('/card_numbers.rb'))
})
