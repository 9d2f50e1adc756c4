/** Runs Pulumi programs on the real engine against the stand-in: through the plain CLI, or inline. */

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import type { PulumiFn } from '@pulumi/pulumi/automation/index.js'
import yaml from 'yaml'
import { type RunResult, resultOf } from './events.ts'
import { serveProgram } from './inline.ts'
import { findProgram } from './location.ts'
import { readEvents, run } from './pulumi.ts'
import { type StandIn, startStandIn } from './stand-in/server.ts'

export type { RunResult, Step } from './events.ts'

/** What may be done with a stack. */
export type Operation = 'preview' | 'up' | 'refresh' | 'destroy'

/** `payments-lift:phase` → its value, as it stands in Pulumi.<stack>.yaml; objects are allowed. */
export type Settings = Record<string, unknown>

/** One resource of a stack's state; the parts that tests read. Secrets are encrypted. */
export interface StateResource {
  urn: string
  type: string
  id?: string
  parent?: string
  protect?: boolean
  inputs?: Record<string, unknown>
  outputs?: Record<string, unknown>
  dependencies?: string[]
  propertyDependencies?: Record<string, string[]>
}

const program = (name: string): string => {
  const found = findProgram(name)
  if (found === undefined) throw new Error(`no ${name}; run npx tsx scripts/install-engine.ts`)
  return found
}

export class Engine {
  readonly standIn: StandIn
  readonly folder: string
  #runs = 0

  private constructor(standIn: StandIn, folder: string) {
    this.standIn = standIn
    this.folder = folder
  }

  /** Starts the stand-in; state goes to a folder of its own in `within`, removed by `close`. */
  static async start(within = tmpdir()): Promise<Engine> {
    const folder = await mkdtemp(join(within, 'payments-lift-engine-'))
    await Promise.all(['state', 'home'].map((name) => mkdir(join(folder, name))))
    return new Engine(await startStandIn(), folder)
  }

  async close(): Promise<void> {
    this.standIn.close()
    await rm(this.folder, { recursive: true, force: true })
  }

  /** A stack of a program that runs in this process. */
  async inline(
    inlineProgram: PulumiFn,
    project: string,
    stack: string,
    settings: Settings = {},
  ): Promise<InlineStack> {
    const folder = await mkdtemp(join(this.folder, `${project}-`))
    await writeFile(
      join(folder, 'Pulumi.yaml'),
      yaml.stringify({ name: project, runtime: { name: 'nodejs' } }),
    )
    await this.pulumi(['stack', 'init', stack], folder)
    const made = new InlineStack(this, inlineProgram, folder, project, stack)
    await made.set(settings)
    return made
  }

  /**
   * Runs the plain CLI in a project's folder, with its Node language host; makes the stack when it is not there.
   * `configFile` is the stack's settings file, where it is not the project's own.
   */
  async cli(operation: Operation, folder: string, stack: string, configFile?: string): Promise<RunResult> {
    program('pulumi-language-nodejs')
    await this.pulumi(['stack', 'select', '--create', stack], folder)
    return this.operate(
      operation,
      folder,
      stack,
      configFile === undefined ? [] : ['--config-file', configFile],
    )
  }

  /** Runs one operation and collects what the engine reports. */
  async operate(operation: Operation, folder: string, stack: string, extra: string[]): Promise<RunResult> {
    this.#runs += 1
    const log = join(this.folder, `events-${this.#runs}.json`)
    // A destroy is previewed first, as by hand: that is where protection stops it before anything is gone.
    const sure = {
      preview: [],
      up: ['--yes', '--skip-preview'],
      refresh: ['--yes', '--skip-preview'],
      destroy: ['--yes'],
    }[operation]
    const flags = ['--stack', stack, '--non-interactive', '--color', 'never', '--event-log', log]
    const { code, text } = await run(
      program('pulumi'),
      [operation, ...flags, ...sure, ...extra],
      folder,
      this.#environment(),
    )
    return resultOf(await readEvents(log), code === 0 ? undefined : text)
  }

  /** Any other command of the CLI; throws with its output when it fails. */
  async pulumi(args: string[], folder: string): Promise<string> {
    const { code, text } = await run(program('pulumi'), args, folder, this.#environment())
    if (code !== 0) throw new Error(`pulumi ${args.join(' ')}: ${text}`)
    return text
  }

  /** A stack's resources and outputs, from its state file: a second faster than asking the CLI. */
  async state(project: string, stack: string): Promise<StateResource[]> {
    const file = join(this.folder, 'state', '.pulumi', 'stacks', project, `${stack}.json`)
    return JSON.parse(await readFile(file, 'utf8')).checkpoint.latest?.resources ?? []
  }

  /** File backend, no network, no questions. */
  #environment(): NodeJS.ProcessEnv {
    const host = findProgram('pulumi-language-nodejs')
    const folders = [program('pulumi'), process.execPath, ...(host === undefined ? [] : [host])].map(dirname)
    return {
      ...process.env,
      PULUMI_BACKEND_URL: `file://${join(this.folder, 'state')}`,
      PULUMI_HOME: join(this.folder, 'home'),
      PULUMI_CONFIG_PASSPHRASE: '',
      PULUMI_SKIP_UPDATE_CHECK: '1',
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: '1',
      PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: '1',
      // --event-log hides behind this.
      PULUMI_DEBUG_COMMANDS: 'true',
      // The state is written once a run, not before and after each of hundreds of resources.
      PULUMI_EXPERIMENTAL: '1',
      PULUMI_SKIP_CHECKPOINTS: '1',
      // The engine's garbage is not worth collecting in the seconds it lives, unless there is too much.
      GOGC: 'off',
      GOMEMLIMIT: '1GiB',
      PULUMI_DEBUG_PROVIDERS: this.standIn.debugProviders,
      PATH: [...folders, process.env.PATH].join(delimiter),
    }
  }
}

/** A stack whose program runs in this process. Program and settings may change between runs. */
export class InlineStack {
  readonly #engine: Engine
  /** Relative paths of assets are looked up from here. */
  readonly folder: string
  readonly #project: string
  readonly #stack: string
  program: PulumiFn

  constructor(engine: Engine, inlineProgram: PulumiFn, folder: string, project: string, stack: string) {
    this.#engine = engine
    this.program = inlineProgram
    this.folder = folder
    this.#project = project
    this.#stack = stack
  }

  /** A setting as it stands now. */
  async setting(key: string): Promise<unknown> {
    return (await this.#read()).config?.[key]
  }

  /** Changes settings; those that are not named stay. */
  async set(settings: Settings): Promise<void> {
    const now = await this.#read()
    await writeFile(this.#file, yaml.stringify({ ...now, config: { ...now.config, ...settings } }))
  }

  get #file(): string {
    return join(this.folder, `Pulumi.${this.#stack}.yaml`)
  }

  async #read(): Promise<{ config?: Settings }> {
    return yaml.parse(await readFile(this.#file, 'utf8').catch(() => '{}')) ?? {}
  }

  /** Runs one operation. A refusal is a result with `ok` false and its errors, not an exception. */
  run(operation: Operation): Promise<RunResult> {
    return serveProgram(this.program, (client) =>
      this.#engine.operate(operation, this.folder, this.#stack, operation === 'destroy' ? [] : [client]),
    )
  }

  resources(): Promise<StateResource[]> {
    return this.#engine.state(this.#project, this.#stack)
  }

  /** What the stack exports. */
  async outputs(): Promise<Record<string, unknown>> {
    return (await this.resources()).find(({ type }) => type === 'pulumi:pulumi:Stack')?.outputs ?? {}
  }
}
