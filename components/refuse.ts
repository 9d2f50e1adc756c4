/** Arguments a component will not be built with. Names all of them at once, each with its mend. */
export class ArgumentError extends Error {
  override readonly name = 'ArgumentError'

  constructor(component: string, name: string, problems: readonly string[]) {
    super(`${component} ${name} is refused:\n${problems.map((problem) => `  ${problem}`).join('\n')}`)
  }
}

/** Throws an {@link ArgumentError} when there are problems. */
export function refuse(component: string, name: string, problems: readonly string[]): void {
  if (problems.length > 0) throw new ArgumentError(component, name, problems)
}

/** Why a number is none of the whole ones from `least` to `most`, as a list of none or one. */
export const outside = (what: string, value: number, least: number, most: number): string[] =>
  Number.isInteger(value) && value >= least && value <= most
    ? []
    : [`${what} is ${value}; write a whole number from ${least} to ${most}`]
