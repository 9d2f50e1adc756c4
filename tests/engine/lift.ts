import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import yaml from 'yaml'
import type { Engine, InlineStack, RunResult, Step } from '../../engine/harness.ts'
import program from '../../index.ts'
import type { Phase, Removal } from '../../phases.ts'
import { outlivesPhases } from '../../policy/state.ts'
import { project } from '../../settings.ts'

/** Where a stack shall stand. */
export interface Stand {
  phase: Phase
  weight?: number
  removal?: Removal
}

/** The steps of a run that replace or delete something stateful. */
export const losses = (result: RunResult): Step[] =>
  result.changes.filter(({ op, type }) => outlivesPhases.includes(type) && /replace|delete/.test(op))

/** One line a step, for messages. */
export const told = (steps: Step[]): string =>
  steps
    .map(({ op, type, name, replaceKeys, diff }) => `${op} ${type} ${name} ${replaceKeys} ${diff}`)
    .join('\n')

/** Functions whose bundles the program deploys. What is tested here is not their code, so any code will do. */
const bundles = ['settlement', 'webhooks', 'log-shipper']

/** Puts bundles where the program looks for them, below the folder it runs in. */
export const putBundles = async (folder: string): Promise<void> => {
  for (const bundle of bundles) {
    const at = join(folder, 'dist/functions', bundle)
    await mkdir(at, { recursive: true })
    await writeFile(join(at, 'index.mjs'), `export const handler = async () => '${bundle}'\n`)
  }
}

/** A stack of the real program, from its settings file. */
export class Lift {
  readonly stack: InlineStack

  private constructor(stack: InlineStack) {
    this.stack = stack
  }

  /** `changes` are settings that differ from the file: `network` → value. */
  static async start(engine: Engine, stack: string, changes: Record<string, unknown> = {}): Promise<Lift> {
    const file = yaml.parse(await readFile(join(import.meta.dirname, `../../Pulumi.${stack}.yaml`), 'utf8'))
    const lift = new Lift(await engine.inline(program, project, stack, file.config))
    await putBundles(lift.stack.folder)
    await lift.set(changes)
    return lift
  }

  set(changes: Record<string, unknown>): Promise<void> {
    return this.stack.set(
      Object.fromEntries(Object.entries(changes).map(([key, value]) => [`${project}:${key}`, value])),
    )
  }

  /** A setting as it stands now. */
  setting(key: string): Promise<unknown> {
    return this.stack.setting(`${project}:${key}`)
  }

  /** Moves the stack: sets phase, weight and removal, and runs. */
  async to(stand: Stand, operation: 'preview' | 'up' = 'up'): Promise<RunResult> {
    await this.set({ ...stand })
    return this.stack.run(operation)
  }
}
