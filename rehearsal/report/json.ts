import type { Report } from './data.ts'

const LINE = 110

/** report.json: figures first, series last, a point a line, so that people and `diff` can read it too. */
export function reportJson(report: Report): string {
  const { series, ...figures } = report
  return `${layOut({ ...figures, series }, '')}\n`
}

function layOut(value: unknown, indent: string): string {
  const line = oneLine(value)
  if (indent !== '' && indent.length + line.length <= LINE) return line
  if (value === null || typeof value !== 'object') return line
  const inner = `${indent}  `
  const rows = Array.isArray(value)
    ? value.map((item) => inner + layOut(item, inner))
    : Object.entries(value)
        .filter(([, item]) => item !== undefined)
        .map(([key, item]) => `${inner}${JSON.stringify(key)}: ${layOut(item, inner)}`)
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  return rows.length === 0 ? `${open}${close}` : `${open}\n${rows.join(',\n')}\n${indent}${close}`
}

/** JSON has no NaN and no infinity; a figure that is one would become `null` unseen. */
function oneLine(value: unknown): string {
  return JSON.stringify(value, (key, item) => {
    if (typeof item === 'number' && !Number.isFinite(item)) {
      throw new TypeError(`report.json: ${key || 'a figure'} is ${item}, not a number`)
    }
    return item
  })
}
