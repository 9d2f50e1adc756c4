/** Neighbouring points put together, so that a long run draws no more of them than the eye can tell apart. */
export interface Slot<T> {
  startMs: number
  endMs: number
  points: readonly T[]
}

/** Slots at least `stepMs` wide, whole steps each, at most `most` of them; those without points are left out. */
export function slots<T extends { tMs: number }>(
  points: readonly T[],
  { stepMs, durationMs, most }: { stepMs: number; durationMs: number; most: number },
): Slot<T>[] {
  const widthMs = slotWidthMs({ stepMs, durationMs, most })
  const groups = new Map<number, T[]>()
  for (const point of points) {
    const index = Math.floor(point.tMs / widthMs)
    const group = groups.get(index)
    if (group === undefined) groups.set(index, [point])
    else group.push(point)
  }
  return [...groups]
    .sort(([a], [b]) => a - b)
    .map(([index, group]) => ({ startMs: index * widthMs, endMs: (index + 1) * widthMs, points: group }))
}

export function slotWidthMs(of: { stepMs: number; durationMs: number; most: number }): number {
  const stepMs = Math.max(of.stepMs, 1)
  return stepMs * Math.max(1, Math.ceil(of.durationMs / stepMs / of.most))
}

export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}
