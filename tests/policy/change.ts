import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Phase } from '../../phases.ts'
import '../../preview/lean.ts'
import { judge, sentence } from '../../policy/check.ts'
import { faultsOf } from '../../policy/handlers.ts'
import { analyse, type Tools } from '../../preview/diff/analyse.ts'
import { type Program, Programs } from '../../preview/diff/program.ts'
import type { Attempt, Stand } from '../../preview/diff/side.ts'
import { worldOf } from '../../preview/diff/world.ts'
import { markdown } from '../../preview/report/markdown.ts'
import { type View, viewOf } from '../../preview/report/view.ts'
import { readPrices } from '../../prices/list.ts'
import { projectFolder, readStackFile } from '../../settings/stack-file.ts'

/** A change somebody might propose: edits of files of the project, and the stack and stand at which it shows. */
export interface ProposedChange {
  title: string
  /** File, what stands there, what shall stand there. */
  edits: [file: string, old: string, now: string][]
  /** Files that are not there yet. */
  adds?: Record<string, string>
  /** Default: prod. */
  stack?: 'dev' | 'staging' | 'prod'
  /** Where the stack stands. Default: as in its settings. */
  at?: { phase: Phase; weight?: number }
}

/** What a reader sees of a comment without scrolling. */
export const firstScreen = (comment: string): string =>
  comment.split('\n').slice(0, 40).join('\n').slice(0, 3000)

/** The files of a change as they would stand. */
export function edited({ title, edits, adds = {} }: ProposedChange): Map<string, string> {
  const files = new Map(Object.entries(adds))
  for (const [file, old, now] of edits) {
    const text = files.get(file) ?? readFileSync(join(projectFolder, file), 'utf8')
    if (!text.includes(old)) throw new Error(`${title}: ${file} has no «${old}» any more; mend the case`)
    files.set(
      file,
      text.replace(old, () => now),
    )
  }
  return files
}

/** Runs changes one after the other in this process; what they start from is recorded once. */
export class Proposals {
  readonly #programs: Programs
  readonly #base: Program
  readonly #known = new Map<string, Promise<Attempt>>()
  readonly #tools: Tools

  private constructor(programs: Programs, base: Program) {
    this.#programs = programs
    this.#base = base
    const world = worldOf(projectFolder)
    this.#tools = {
      prices: readPrices(),
      worlds: { base: world, head: world },
      today: new Date('2026-11-25'),
    }
  }

  static async open(): Promise<Proposals> {
    const programs = await Programs.open()
    return new Proposals(programs, await programs.load())
  }

  close(): Promise<void> {
    return this.#programs.close()
  }

  /** What the program breaks as it stands, a sentence each. */
  async broken(stand: Stand): Promise<string[]> {
    const { side, refused } = await this.#base.read(stand)
    if (!side) throw new Error(refused)
    const { worlds, today } = this.#tools
    return judge(
      side.resources,
      { ...side, ...worlds.head, to: side, from: undefined },
      { today },
    ).broken.map(sentence)
  }

  async report(change: ProposedChange): Promise<{ view: View; comment: string; seen: string }> {
    const { stack = 'prod', at } = change
    const files = edited(change)
    const stand: Stand = { stack, ...at }
    const key = JSON.stringify(stand)
    if (!this.#known.has(key)) this.#known.set(key, this.#base.read(stand))
    const base = await this.#known.get(key)!
    const head = await this.#head(stand, files)
    const { phase, weight } = base.side!
    const moved = await head({ ...stand, fromPhase: phase, fromWeight: weight })
    const report = analyse(
      stack,
      { base, head: moved, headThere: moved.side ? undefined : await head(stand) },
      {},
      this.#toolsFor(files),
    )
    const view = viewOf([report], { base: 'main', head: 'this change', assumptions: [] })
    const comment = markdown(view)
    return { view, comment, seen: firstScreen(comment) }
  }

  async #head(stand: Stand, files: Map<string, string>): Promise<(stand: Stand) => Promise<Attempt>> {
    let program: Program
    try {
      const sources = [...files.keys()].some((file) => file.endsWith('.ts'))
      program = sources ? await this.#programs.load(projectFolder, files) : this.#base
    } catch (error) {
      return async () => ({ refused: (error as Error).message })
    }
    const settings = files.get(`Pulumi.${stand.stack}.yaml`)
    const moves = (key: string) =>
      settings !== undefined && lineOf(settings, key) !== lineOf(settingsOf(stand.stack), key)
    return (at) => {
      // Settings that move the stack say where to.
      const { phase, weight, ...rest } = at
      const to = moves('phase') ? rest : moves('weight') ? { ...rest, phase } : { ...rest, phase, weight }
      return program.read(to, settings ? configOf(stand.stack, settings) : undefined)
    }
  }

  #toolsFor(files: Map<string, string>): Tools {
    const handlerFaults = [...files]
      .filter(([file]) => /^services\/.*\.ts$/.test(file))
      .flatMap(([file, text]) => faultsOf(text, file))
    const { base, head } = this.#tools.worlds
    return {
      ...this.#tools,
      worlds: { base, head: { ...head, handlerFaults: [...head.handlerFaults, ...handlerFaults] } },
    }
  }
}

const settingsOf = (stack: string) => readFileSync(join(projectFolder, `Pulumi.${stack}.yaml`), 'utf8')
const lineOf = (settings: string, key: string) =>
  settings.split('\n').find((line) => line.includes(`payments-lift:${key}:`))

function configOf(stack: string, text: string): Record<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'payments-lift-settings-'))
  try {
    writeFileSync(join(folder, `Pulumi.${stack}.yaml`), text)
    return readStackFile(stack, folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
