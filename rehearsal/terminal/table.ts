import { columnsOf, padEnd, padStart } from './text.ts'

export type Align = 'left' | 'right'

/** Columns as wide as their widest cell, two spaces between them. Cells may be painted. */
export function table(rows: readonly (readonly string[])[], align: readonly Align[]): string[] {
  const widths = align.map((_, column) => Math.max(0, ...rows.map((row) => columnsOf(row[column] ?? ''))))
  return rows.map((row) =>
    align
      .map((side, column) => (side === 'right' ? padStart : padEnd)(row[column] ?? '', widths[column]!))
      .join('  ')
      .trimEnd(),
  )
}
