import { type Markup, markup } from '../page/markup.ts'
import { logScaleOf, px } from '../page/scale.ts'
import { clip, duration } from './format.ts'
import type { FunctionCosts } from './summary.ts'

const [width, left, right, row] = [900, 190, 30, 30]

/** A row a function on one logarithmic axis. */
export function durationPlot(functions: readonly FunctionCosts[]): Markup {
  const values = functions.flatMap((it) => [
    it.duration.p50Ms,
    it.duration.maxMs,
    it.init?.p50Ms ?? 0,
    it.init?.p95Ms ?? 0,
  ])
  const x = logScaleOf(values, [left, width - right])
  const bottom = functions.length * row + 6
  return markup`<svg viewBox="0 0 ${width} ${bottom + 20}" role="img" aria-label="Duration by function">${x.ticks.map((tick) => markup`<path class="grid" d="M${px(x.at(tick))} 0V${bottom}"/><text class="tick" text-anchor="middle" x="${px(x.at(tick))}" y="${bottom + 15}">${axis(tick)}</text>`)}${functions.map((it, index) => rowOf(it, index * row + 16, x.at))}</svg>`
}

const axis = (ms: number): string => (ms >= 1000 ? `${ms / 1000} s` : `${Number(ms.toPrecision(1))} ms`)

function rowOf({ name, duration: it, init }: FunctionCosts, y: number, at: (ms: number) => number): Markup {
  const title = `${name}: p50 ${duration(it.p50Ms)}, p95 ${duration(it.p95Ms)}, p99 ${duration(it.p99Ms)}, longest ${duration(it.maxMs)}${init ? `; init p50 ${duration(init.p50Ms)}, p95 ${duration(init.p95Ms)}` : ''}`
  const diamond = (ms: number) => markup`<path class="init" d="M${px(at(ms) - 5)} ${y}l5 -5 5 5 -5 5z"/>`
  return markup`<g><title>${title}</title><text x="${left - 8}" y="${y + 4}" text-anchor="end">${clip(name, 26)}</text><path class="thin" d="M${px(at(it.p50Ms))} ${y}H${px(at(it.maxMs))}"/><rect class="bar" x="${px(at(it.p50Ms))}" y="${y - 5}" width="${px(Math.max(2, at(it.p99Ms) - at(it.p50Ms)))}" height="10" rx="2"/><path class="p95" d="M${px(at(it.p95Ms))} ${y - 8}v16"/><circle class="longest" cx="${px(at(it.maxMs))}" cy="${y}" r="4"/>${init && [diamond(init.p50Ms), diamond(init.p95Ms)]}</g>`
}
