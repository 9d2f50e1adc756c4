import test from 'ava'
import fc from 'fast-check'
import { limits, type NameKind, physicalName, stackPath } from '../../components/names.ts'

const kind = fc.constantFrom(...(Object.keys(limits) as NameKind[]))
const letters = fc.constantFrom(...'abcxyz019')
const word = fc.string({ unit: letters, minLength: 1, maxLength: 12 })
const stack = fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join('-'))
const name = fc.array(word, { minLength: 1, maxLength: 6 }).map((words) => words.join('-'))

test('a name is plain where it fits', (t) => {
  t.is(physicalName('function', 'prod', 'settlement'), 'payments-lift-prod-settlement')
  t.is(physicalName('searchDomain', 'prod', 'logs'), 'lift-prod-logs')
  t.is(stackPath('prod', 'hold', 'frontDoor'), '/payments-lift/prod/hold/frontDoor')
})

test('a name keeps to the limit and the letters of AWS', (t) => {
  fc.assert(
    fc.property(kind, stack, name, (each, inStack, called) => {
      const physical = physicalName(each, inStack, called)
      t.true(physical.length <= limits[each], physical)
      t.regex(physical, /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/)
    }),
  )
})

test('two things never get one name: neither in two stacks nor in one', (t) => {
  fc.assert(
    fc.property(kind, stack, name, stack, name, (each, stackA, nameA, stackB, nameB) => {
      fc.pre(stackA !== stackB || nameA !== nameB)
      t.not(physicalName(each, stackA, nameA), physicalName(each, stackB, nameB))
    }),
    { numRuns: 1000 },
  )
})

test('hyphens cannot be moved between stack and name', (t) => {
  fc.assert(
    fc.property(kind, word, word, word, (each, a, b, c) => {
      t.not(physicalName(each, `${a}-${b}`, c), physicalName(each, a, `${b}-${c}`))
    }),
  )
})

test('names at the limit and one past it stay apart', (t) => {
  fc.assert(
    fc.property(kind, fc.integer({ min: -2, max: 2 }), (each, off) => {
      const start = physicalName(each, 'prod', 'x').length - 1
      const long = 'a'.repeat(limits[each] - start + off)
      const names = [long, `${long}b`, `${long}c`].map((one) => physicalName(each, 'prod', one))
      t.is(new Set(names).size, 3)
      for (const one of names) t.true(one.length <= limits[each])
    }),
  )
})

test('case and odd letters do not fold two names into one', (t) => {
  t.not(physicalName('queue', 'prod', 'Api'), physicalName('queue', 'prod', 'api'))
  t.not(physicalName('queue', 'prod', 'a_b'), physicalName('queue', 'prod', 'a-b'))
})
