const at = (line: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>((value, part) => (value as Record<string, unknown> | undefined)?.[part], line)

/**
 * Would CloudWatch's metric filter take the line? As far as the program's patterns go: `{ ($.a = "b") || ($.c.d > 0) }`.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
export function matchesPattern(pattern: string, line: unknown): boolean {
  const inside = /^\{ (.*) \}$/.exec(pattern)?.[1]
  if (inside === undefined) throw new Error(`${pattern}: no pattern for JSON`)
  return inside.split(' || ').some((clause) => {
    const [, path, operator, text, number] = /^\(\$\.([\w.]+) (=|>) (?:"([^"]*)"|(\d+))\)$/.exec(clause) ?? []
    if (path === undefined)
      throw new Error(`${clause}: tests/services/filter-pattern.ts does not know it; teach it`)
    const value = at(line, path)
    if (operator === '=') return value === (text ?? Number(number))
    return typeof value === 'number' && value > Number(number)
  })
}
