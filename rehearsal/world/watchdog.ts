import { buildWatchdog } from '../../migration/watchdog/bundle.ts'
import { type KeptWatchdog, keepWatchdog } from '../../migration/watchdog/keep.ts'
import type { Sandbox } from '../host/sandbox.ts'
import { spawnNode } from '../host/server-process.ts'

/** Keeps the watchdog running as its own main program does, and within the sandbox. */
export async function superviseWatchdog(
  sandbox: Sandbox,
  siteFile: string,
  { before, env = {} }: { before?: string; env?: Record<string, string> } = {},
): Promise<KeptWatchdog> {
  const program = await buildWatchdog(before)
  return keepWatchdog(() =>
    sandbox.closing
      ? undefined
      : spawnNode(sandbox, 'watchdog', [program, '--stand-by', siteFile], env, 'log', 'pipe'),
  )
}
