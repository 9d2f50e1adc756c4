export interface TerminalOptions {
  /** Lines may be redrawn. */
  tty: boolean
  color: boolean
  columns: number
}

const COLUMNS = 80

/** What a stream can do, by itself and by the environment: NO_COLOR (no-color.org), FORCE_COLOR, TERM, CI. */
export function terminalOptions(
  stream: { isTTY?: boolean | undefined; columns?: number | undefined },
  env: NodeJS.ProcessEnv = process.env,
): TerminalOptions {
  const tty = stream.isTTY === true && env.TERM !== 'dumb' && !isSet(env.CI)
  return { tty, color: wantsColor(tty, env), columns: stream.columns || COLUMNS }
}

function wantsColor(tty: boolean, env: NodeJS.ProcessEnv): boolean {
  if (isSet(env.NO_COLOR)) return false
  const forced = env.FORCE_COLOR
  return forced === undefined ? tty : forced !== '0' && forced !== 'false'
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== 'false'
}
