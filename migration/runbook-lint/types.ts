import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { moduleOf } from './code.ts'

/** What the type checker says of runbooks: a step's name, its arguments, what is never declared. */
export function typeProblems(pages: { name: string; text: string }[]): string[] {
  // Inside the project, so that imports and settings are found as from runbooks/.
  const folder = join('.cache', `runbooks-${process.pid}`)
  mkdirSync(folder, { recursive: true })
  try {
    for (const { name, text } of pages) writeFileSync(join(folder, `${name}.mts`), moduleOf(text))
    const settings = { extends: '../../tsconfig.json', include: ['*.mts'], exclude: [] }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings))
    const { stdout, status } = spawnSync(
      process.execPath,
      ['node_modules/typescript-7/bin/tsc', '--noEmit', '-p', folder],
      { encoding: 'utf8' },
    )
    if (status === 0) return []
    const wrong = stdout.split('\n').filter((line) => line.startsWith(folder))
    return (wrong.length > 0 ? wrong : [stdout.trim()]).map((line) =>
      line.replace(`${folder}/`, 'runbooks/').replace('.mts', '.md'),
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
