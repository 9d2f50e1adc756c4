/** `npm run faults`: kills, and everything else that can go wrong in the pause, against real runbooks under load. */
import { parseArgs } from 'node:util'
import { createStage } from '../rehearsal/faults/stage.ts'
import { named, trials } from '../rehearsal/faults/trials.ts'
import { pgbouncerVersion } from '../rehearsal/pgbouncer/server.ts'

const usage = `npm run faults -- [--only NAME] [--runs 200] [--seed N] [--deadline 2000] [--rate 20] [--aws moto]

  --only      ${named.join(', ')}, or a part of a fault's name; all when left out
  --runs      how many kills at random moments (default 200)
  --seed      the same seed gives the same moments (default: a new one, printed)
  --deadline  limits.deadlineMs of the site: when the watchdog decides (default 2000)
  --asleep    how long a runner sleeps at least that is stopped and woken (default 0: until the watchdog has decided)
  --rate      authorisations a second meanwhile (default 20)
  --aws       moto: journal, decisions and routes through the AWS SDK, to an emulator; S3 takes a deadline of 5000`

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    runs: { type: 'string', default: '200' },
    seed: { type: 'string', default: `${Math.floor(Math.random() * 2 ** 31)}` },
    deadline: { type: 'string', default: '2000' },
    asleep: { type: 'string', default: '0' },
    rate: { type: 'string', default: '20' },
    aws: { type: 'string' },
    help: { type: 'boolean' },
  },
})
if (values.help) {
  console.log(usage)
  process.exit(0)
}
const numbers = [values.runs, values.seed, values.deadline, values.rate, values.asleep].map(Number)
const [runs, seed, deadlineMs, rate, asleepMs] = numbers as [number, number, number, number, number]
const chosen = trials({ only: values.only, runs, seed, asleepMs, aws: values.aws === 'moto' })
if (
  chosen.length === 0 ||
  (values.aws && values.aws !== 'moto') ||
  numbers.some((value) => !Number.isInteger(value))
) {
  console.error(`nothing to do. Usage:\n\n${usage}`)
  process.exit(2)
}
const gate = (await pgbouncerVersion()) ? 'pgbouncer' : 'service'
console.log(
  `${chosen.length} trials, seed ${seed}, deadline ${deadlineMs} ms, ${rate} authorisations a second, gate: ${gate}`,
)
const stage = await createStage({ seed, rate, deadlineMs, gate, aws: values.aws ? 'moto' : undefined })
let failed = 0
const pauses: number[] = []
const began = performance.now()
try {
  for (const [at, trial] of chosen.entries()) {
    const head = `${String(at + 1).padStart(4)}/${chosen.length} ${trial.name}`
    try {
      const { from, record, writePauseMs } = await trial.run(stage)
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
${chosen.length - failed} of ${chosen.length} as they must be, in ${((performance.now() - began) / 60_000).toFixed(1)} minutes, seed ${seed}
with nobody coming back a write waited ${worst.toFixed(0)} ms at most; ${late} of ${pauses.length} longer than the deadline and 1 s
${acknowledged} acknowledged writes; the slowest of all took ${worstMs.toFixed(0)} ms
judge: ${problems.length === 0 ? '0 lost, 0 duplicated, 0 misposted, 0 failed' : problems.join('\n       ')}`)
  process.exitCode = failed || late || problems.length ? 1 : 0
} finally {
  await stage.close()
}
process.exit()
