import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { nearest } from './nearest.ts'

/** A stack file that is not there or cannot be read. Shown to the user without a stack trace. */
export class StackFileError extends Error {
  override readonly name = 'StackFileError'
}

/** The project's folder; the stack files stand in it. */
export const projectFolder = join(import.meta.dirname, '..')

export const stacks = (folder = projectFolder): string[] =>
  readdirSync(folder).flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? [])

/**
 * The configuration of a stack as Pulumi hands it to the program: every value as text, structured ones as JSON.
 */
export function readStackFile(stack: string, folder = projectFolder): Record<string, string> {
  const known = stacks(folder)
  if (!known.includes(stack)) {
    const near = nearest(stack, known)
    throw new StackFileError(
      `there is no Pulumi.${stack}.yaml; stacks are ${known.join(', ')}${near ? `; did you mean ${near}?` : ''}`,
    )
  }
  const file = join(folder, `Pulumi.${stack}.yaml`)
  let content: unknown
  try {
    content = parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new StackFileError(`Pulumi.${stack}.yaml is not YAML: ${(error as Error).message}`)
  }
  const config = (content as { config?: unknown } | null)?.config
  if (typeof config !== 'object' || config === null) {
    throw new StackFileError(`Pulumi.${stack}.yaml has no config: put the settings under it`)
  }
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, asText(value)]))
}

const asText = (value: unknown): string => (typeof value === 'object' ? JSON.stringify(value) : String(value))
