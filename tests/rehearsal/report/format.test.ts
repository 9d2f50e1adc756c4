import test from 'ava'
import {
  bytes,
  clock,
  cloudShare,
  count,
  duration,
  largest,
  moment,
  percent,
  plural,
} from '../../../rehearsal/report/format.ts'

const plain = (text: string) => text.replaceAll('\u00a0', ' ')

const DURATIONS: readonly [number, string][] = [
  [0, '0 ms'],
  [0.42, '0.4 ms'],
  [8.96, '9 ms'],
  [9.96, '10 ms'],
  [43.24, '43 ms'],
  [999.4, '999 ms'],
  [999.6, '1 s'],
  [1204, '1.2 s'],
  [84_249, '84.2 s'],
  [119_949, '119.9 s'],
  [119_960, '2 min'],
  [125_000, '2 min 5 s'],
]
for (const [ms, text] of DURATIONS) {
  test(`${ms} ms is ${text}`, (t) => {
    t.is(plain(duration(ms)), text)
  })
}

test('bytes go up by thousands', (t) => {
  t.deepEqual([0, 999, 1000, 1204, 12_345, 999_999, 4e6, 3.2e15].map(bytes).map(plain), [
    '0 B',
    '999 B',
    '1 kB',
    '1.2 kB',
    '12 kB',
    '1 MB',
    '4 MB',
    '3200 TB',
  ])
})

test('counts, clocks, moments and percentages', (t) => {
  t.is(count(17_432), '17,432')
  t.is(clock(61_999), '1:01')
  t.is(clock(-1), '0:00')
  t.is(moment(61_037.9), '1:01.037')
  t.is(plain(percent(25)), '25 %')
  t.is(plain(percent(25.31)), '25.3 %')
  t.is(plain(percent(5, 1)), '5.0 %')
  t.is(plural(1, 'payment'), '1 payment')
  t.is(plural(1200, 'payment'), '1,200 payments')
})

test('the share of the cloud is unknown without requests', (t) => {
  t.is(cloudShare({ onPremises: 0, cloud: 0 }), undefined)
  t.is(cloudShare({ onPremises: 75, cloud: 25 }), 25)
})

test('largest takes more values than arguments fit on a stack', (t) => {
  t.is(largest(new Array(500_000).fill(3)), 3)
  t.is(largest([], 1), 1)
})
