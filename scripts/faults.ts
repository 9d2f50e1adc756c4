/** `npm run faults`: kills, and everything else that can go wrong in the pause, against real runbooks under load. */
import { type FaultOptions, readFaultOptions, usage } from '../rehearsal/faults/options.ts'
import { createStage } from '../rehearsal/faults/stage.ts'

const argv = process.argv.slice(2)
if (argv.includes('--help')) {
  console.log(usage)
  process.exit(0)
}
const options: FaultOptions = await readFaultOptions(argv).catch((error: Error) => {
  console.error(error.message)
  process.exit(2)
})
const { seed, deadlineMs, rate, gate, aws } = options
const chosen = options.chosen.filter(({ lacks }) => lacks === undefined)
for (const { name, lacks } of options.chosen) if (lacks) console.log(`left out: ${name}; it takes ${lacks}`)
if (chosen.length === 0) process.exit(2)
console.log(
  `${chosen.length} trials, seed ${seed}, deadline ${deadlineMs} ms, ${rate} authorisations a second, gate: ${gate}`,
)
const stage = await createStage({ seed, rate, deadlineMs, gate, aws })
let failed = 0
let missed = 0
const pauses: number[] = []
const began = performance.now()
try {
  for (const [at, trial] of chosen.entries()) {
    const head = `${String(at + 1).padStart(4)}/${chosen.length} ${trial.name}`
    try {
      const outcome = await trial.run(stage)
      const { from, record, writePauseMs } = outcome
      if (outcome.missed) missed++
      if (trial.bounded) pauses.push(writePauseMs)
      console.log(`${head}: ${from} → ${record}, a write waited ${writePauseMs.toFixed(0)} ms at most`)
    } catch (error) {
      failed++
      console.log(`${head}: FAILED\n${(error as Error).message}`)
      // The next one needs a sound beginning.
      await stage.mend().catch((unsound: Error) => {
        console.log(`and it does not come back by itself: ${unsound.message}`)
        process.exit(1)
      })
    }
  }
  const { problems, acknowledged, worstMs } = await stage.verdict()
  const worst = Math.max(0, ...pauses)
  const late = pauses.filter((ms) => ms > deadlineMs + 1000).length
  console.log(`
${chosen.length - failed} of ${chosen.length} as they must be, in ${((performance.now() - began) / 60_000).toFixed(1)} minutes, seed ${seed}${missed ? `; ${missed} kills came when the runner had ended` : ''}
with nobody coming back a write waited ${worst.toFixed(0)} ms at most; ${late} of ${pauses.length} longer than the deadline and 1 s
${acknowledged} acknowledged writes; the slowest of all took ${worstMs.toFixed(0)} ms
judge: ${problems.length === 0 ? '0 lost, 0 duplicated, 0 misposted, 0 failed' : problems.join('\n       ')}`)
  process.exitCode = failed || late || problems.length ? 1 : 0
} finally {
  await stage.close()
}
process.exit()
