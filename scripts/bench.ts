/** `npm run bench -- [NAME …] [--FLAG …]`: the measurements of benchmarks/, one after the other, each with the flags. */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

const words = process.argv.slice(2)
const firstFlag = words.findIndex((word) => word.startsWith('-'))
const asked = firstFlag < 0 ? words : words.slice(0, firstFlag)
const flags = firstFlag < 0 ? [] : words.slice(firstFlag)
// A benchmark's head says how it is run, the other files are parts of one.
const names = readdirSync('benchmarks')
  .filter((file) => readFileSync(`benchmarks/${file}`, 'utf8').slice(0, 2000).includes(`benchmarks/${file}`))
  .map((file) => file.slice(0, -3))
const unknown = asked.find((name) => !names.includes(name))
if (unknown) {
  console.error(`there is no benchmark «${unknown}»; there are: ${names.join(', ')}`)
  process.exit(2)
}
const short: string[] = []
for (const name of asked.length > 0 ? asked : names) {
  console.log(`\n== ${name}`)
  const { status, signal } = spawnSync(
    process.execPath,
    ['--import', 'tsx', `benchmarks/${name}.ts`, ...flags],
    { stdio: 'inherit' },
  )
  if (signal) process.exit(130)
  if (status !== 0) short.push(name)
}
if (short.length > 0) {
  console.error(`\nfell short or did not run: ${short.join(', ')}`)
  process.exit(1)
}
