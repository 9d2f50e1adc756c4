import type * as pulumi from '@pulumi/pulumi'

type Text = pulumi.Input<string>
/** Namespace, metric, then dimension names and values in turns, and at most one object of options. */
type Row = (Text | Record<string, unknown>)[]

/** A plot on the board. */
export interface Plot {
  title: string
  rows: Row[]
  /** Default: Sum. */
  stat?: string
  stacked?: boolean
  /** What is too much: drawn as a line. */
  limit?: { label: string; value: number }
}

export type Widget = { type: string; x: number; y: number; width: number; height: number; properties: object }

const columns = 24
const plotWidth = 8
const plotHeight = 6

const plotProperties = (region: string, { title, rows, stat = 'Sum', stacked = false, limit }: Plot) => ({
  title,
  region,
  view: 'timeSeries',
  stacked,
  stat,
  period: 60,
  metrics: rows,
  ...(limit && { annotations: { horizontal: [limit] } }),
})

/** Text above, alarms below it, then plots, three in a row; nothing overlaps and nothing stands outside. */
export function layout(region: string, text: string, alarmArns: Text[], plots: Plot[]): Widget[] {
  const top: Widget[] = [
    { type: 'text', x: 0, y: 0, width: columns, height: 3, properties: { markdown: text } },
    {
      type: 'alarm',
      x: 0,
      y: 3,
      width: columns,
      height: 4,
      properties: { title: 'Alarms', sortBy: 'stateUpdatedTimestamp', alarms: alarmArns },
    },
  ]
  const perRow = columns / plotWidth
  return [
    ...top,
    ...plots.map((plot, index) => ({
      type: 'metric',
      x: (index % perRow) * plotWidth,
      y: 7 + Math.floor(index / perRow) * plotHeight,
      width: plotWidth,
      height: plotHeight,
      properties: plotProperties(region, plot),
    })),
  ]
}
