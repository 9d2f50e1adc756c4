import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { projectFolder } from '../../settings/stack-file.ts'

const run = promisify(execFile)

/** A commit that cannot be had. Shown without a stack trace. */
export class TreeError extends Error {
  override readonly name = 'TreeError'
}

export interface Tree {
  folder: string
  /** In words: `main (a1b2c3d)`. */
  words: string
  remove(): void
}

/**
 * The files of a commit in a folder of their own, with this tree's packages. It is removed by `remove`, and when the
 * process ends by itself or by a signal.
 */
export async function treeAt(reference: string): Promise<Tree> {
  const commit = await commitOf(reference)
  const folder = mkdtempSync(join(tmpdir(), 'payments-lift-base-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  const leave = (signal: NodeJS.Signals) => {
    remove()
    process.kill(process.pid, signal)
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.once(signal, leave)
  process.once('exit', remove)
  try {
    await extract(commit, folder)
    await symlink(join(projectFolder, 'node_modules'), join(folder, 'node_modules'))
  } catch (error) {
    remove()
    throw error
  }
  return {
    folder,
    words: reference.startsWith(commit.slice(0, 7))
      ? commit.slice(0, 7)
      : `${reference} (${commit.slice(0, 7)})`,
    remove: () => {
      for (const signal of signals) process.off(signal, leave)
      process.off('exit', remove)
      remove()
    },
  }
}

async function commitOf(reference: string): Promise<string> {
  if (reference.startsWith('-')) throw new TreeError(`--base ${reference}: name a branch, a tag or a commit`)
  try {
    const { stdout } = await run('git', ['rev-parse', '--verify', '--quiet', `${reference}^{commit}`], {
      cwd: projectFolder,
    })
    return stdout.trim()
  } catch {
    throw new TreeError(
      `--base ${reference}: git knows no such commit here; fetch it first: git fetch origin ${reference}`,
    )
  }
}

/** `git archive` knows nothing of this tree's changes, and leaves nothing behind in the repository. */
function extract(commit: string, folder: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const archive = spawn('git', ['archive', '--format=tar', commit], {
      cwd: projectFolder,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const tar = spawn('tar', ['-x', '-C', folder], { stdio: [archive.stdout, 'ignore', 'pipe'] })
    let problem = ''
    for (const child of [archive, tar]) {
      child.stderr?.on('data', (chunk: Buffer) => {
        problem += chunk.toString()
      })
      child.on('error', reject)
    }
    tar.on('close', (code) =>
      code === 0 && problem === '' ? resolve() : reject(new TreeError(`${commit}: ${problem}`)),
    )
  })
}
