/** Where a label goes: centred on `x` where it fits, in the first row where it touches no other. */
export interface PlacedLabel {
  /** Left edge, px. */
  left: number
  width: number
  row: number
}

/** Of the sans-serif fonts in use, per character and px of font size; a little wide, to be safe. */
const CHARACTER = 0.56

export function textWidth(text: string, fontPx: number): number {
  return [...text].length * fontPx * CHARACTER
}

/** Places labels given in ascending x between `from` and `to`, as many rows as it takes. */
export function placeLabels(
  labels: readonly { x: number; width: number }[],
  { from, to, gap = 6 }: { from: number; to: number; gap?: number },
): PlacedLabel[] {
  const rowEnds: number[] = []
  return labels.map(({ x, width }) => {
    const left = Math.max(from, Math.min(x - width / 2, to - width))
    const free = rowEnds.findIndex((end) => end + gap <= left)
    const row = free === -1 ? rowEnds.length : free
    rowEnds[row] = left + width
    return { left, width, row }
  })
}
