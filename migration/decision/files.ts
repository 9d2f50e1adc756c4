import { link, mkdir, open, readdir, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { Site } from '../site.ts'
import { syncFolder } from '../store/files.ts'
import { recordStore } from '../store/open.ts'
import type { Decision, DecisionStore, Verdict } from './decision.ts'
import { decisionRecords } from './records.ts'

/** The decision records of a site. */
export const decisionStore = (site: Site): DecisionStore =>
  site.journal.startsWith('s3:')
    ? decisionRecords(recordStore(site))
    : decisionFiles(join(site.journal, 'decisions'))

/** Decision records as files of one folder, created by link(2), which refuses a name that exists. */
export function decisionFiles(folder: string): DecisionStore {
  const recordOf = (epoch: number) => join(folder, `epoch-${epoch}.json`)
  const candidateOf = (epoch: number, verdict: Verdict, by: string) =>
    join(folder, `epoch-${epoch}.${verdict}.${by.replaceAll(/[^\w.-]+/g, '_')}`)

  async function read(epoch: number): Promise<Decision | undefined> {
    try {
      return JSON.parse(await readFile(recordOf(epoch), 'utf8')) as Decision
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  }

  async function writeCandidate(epoch: number, verdict: Verdict, by: string): Promise<string> {
    await mkdir(folder, { recursive: true })
    const decision: Decision = { epoch, verdict, by, at: new Date().toISOString() }
    const path = candidateOf(epoch, verdict, by)
    // A new file each time: the record is a link to an earlier one, which must not be written to again.
    await durably(`${path}.new`, `${JSON.stringify(decision)}\n`)
    await rename(`${path}.new`, path)
    return path
  }

  /** A candidate of somebody else: it says the same. For who comes when the disk is full already. */
  async function standingCandidate(epoch: number, verdict: Verdict): Promise<string | undefined> {
    const names = await readdir(folder).catch(() => [])
    const found = names.find(
      (name) => name.startsWith(`epoch-${epoch}.${verdict}.`) && !name.endsWith('.new'),
    )
    return found && join(folder, found)
  }

  return {
    read,
    async prepare(epoch, by) {
      await writeCandidate(epoch, 'forward', by)
      await writeCandidate(epoch, 'back', by)
      await syncFolder(folder)
    },
    async decide(epoch, verdict, by) {
      const candidate = candidateOf(epoch, verdict, by)
      try {
        await link(candidate, recordOf(epoch)).catch(async (error: NodeJS.ErrnoException) => {
          if (error.code !== 'ENOENT') throw error
          const written = await writeCandidate(epoch, verdict, by).catch(async (trouble) => {
            const standing = await standingCandidate(epoch, verdict)
            if (!standing) throw trouble
            return standing
          })
          await link(written, recordOf(epoch))
        })
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      }
      // Also when somebody else made it: it must be durable before anyone acts on it.
      await syncFolder(folder)
      const decision = await read(epoch)
      if (!decision) throw new Error(`the decision record ${recordOf(epoch)} vanished: nobody may remove it`)
      return decision
    },
    async latestEpoch() {
      const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error
        return []
      })
      return Math.max(0, ...names.map((name) => Number(/^epoch-(\d+)\.json$/.exec(name)?.[1] ?? 0)))
    },
  }
}

async function durably(path: string, text: string): Promise<void> {
  const file = await open(path, 'w')
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}
