/** How long base and head of all stacks take, at both stands: npx tsx benchmarks/changes.ts */

import { compareTrees } from '../preview/diff/report.ts'
import { projectFolder, stacks } from '../settings/stack-file.ts'
import { verdict } from './figures.ts'

const rounds = 3
const seconds: number[] = []
for (let round = 0; round < rounds; round++) {
  const began = performance.now()
  const { reports } = await compareTrees(projectFolder, projectFolder, stacks())
  seconds.push((performance.now() - began) / 1000)
  if (reports.some(({ now }) => now?.changes.length !== 0)) throw new Error('a program differs from itself')
}
const reached = verdict([
  {
    name: `base and head of ${stacks().length} stacks, best of ${rounds}, s`,
    value: Math.min(...seconds),
    atMost: 10,
  },
])
process.exitCode = reached ? 0 : 1
