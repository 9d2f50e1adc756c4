import { type ParseArgsConfig, parseArgs } from 'node:util'
import { motoVersion } from '../aws/moto.ts'

/** What the user asked for cannot be done: one line, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** @throws UsageError with the usage */
export function parseFlags<Options extends NonNullable<ParseArgsConfig['options']>>(
  args: string[],
  options: Options,
  usage: string,
): ReturnType<typeof parseArgs<{ args: string[]; options: Options }>>['values'] {
  try {
    return parseArgs({ args, options }).values
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('. ')[0]}. Usage:\n\n${usage}`)
  }
}

/** @throws UsageError with the range */
export function wholeNumber(flag: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < least || value > most) {
    throw new UsageError(`${flag} ${text}: a whole number from ${least} to ${most}`)
  }
  return value
}

export const mostSeed = 2 ** 31 - 1
export const newSeed = (): number => Math.floor(Math.random() * mostSeed)

/** @throws UsageError for another emulator than moto, or when Python does not find that */
export async function chooseCloud(asked: string | undefined): Promise<{ aws?: 'moto' }> {
  if (asked === undefined) return {}
  if (asked !== 'moto') throw new UsageError(`--aws ${asked}: there is moto`)
  if (await motoVersion()) return { aws: 'moto' }
  throw new UsageError(
    "--aws moto: Python does not find moto (pip install 'moto[server,all]==5.2.5'; PYTHON names the interpreter)",
  )
}
