import { px } from '../../../page/scale.ts'

/** A point in pixels. */
export interface Point {
  x: number
  y: number
}

/** Path data of a line through the points, broken where two are further apart than `maxGap` pixels. */
export function linePath(points: readonly Point[], maxGap = Number.POSITIVE_INFINITY): string {
  return pieces(points, maxGap)
    .map((piece) => (piece.length === 1 ? dot(piece[0]!) : `M${piece.map(pair).join('L')}`))
    .join('')
}

/** Each point's height holds until the next point, the last one's until `endX`. */
export function stepPath(points: readonly Point[], endX: number): string {
  const last = points.at(-1)
  if (last === undefined) return ''
  const [first, ...rest] = points
  return `M${pair(first!)}${rest.map(({ x, y }) => `H${px(x)}V${px(y)}`).join('')}H${px(Math.max(endX, last.x))}`
}

/** The area between two lines over the same x positions. */
export function areaPath(top: readonly Point[], bottom: readonly Point[]): string {
  if (top.length === 0) return ''
  return `M${[...top, ...bottom.toReversed()].map(pair).join('L')}Z`
}

function pieces(points: readonly Point[], maxGap: number): Point[][] {
  const result: Point[][] = []
  for (const point of points) {
    const previous = result.at(-1)?.at(-1)
    if (previous === undefined || point.x - previous.x > maxGap) result.push([point])
    else result.at(-1)!.push(point)
  }
  return result
}

function pair({ x, y }: Point): string {
  return `${px(x)} ${px(y)}`
}

/** A line of no length is drawn only with round caps, so a lone point gets half a pixel. */
function dot({ x, y }: Point): string {
  return `M${px(x - 0.5)} ${px(y)}h1`
}
