import type { SeriesAnswer, SeriesPoint } from '../../engine/stores/series-store.ts'
import { Braille } from './braille.ts'
import { numberText } from './number-text.ts'

/** Curves below one another; the others are counted. */
const most = 8
/** Lines for all of them, and for each. */
const linesInAll = 24
const [fewestLines, mostLines] = [3, 10]

interface Curve {
  readonly name: string
  readonly times: number[]
  readonly values: number[]
}

/** A curve for each value and set of tags, below one another, over the same span of time. */
export function plotLines(answer: SeriesAnswer, width: number): string[] {
  const all = curvesOf(answer)
  if (all.length === 0) return [`no numbers to draw: ${answer.values.join(', ')}`]
  // Those with the most points, in their order.
  const chosen = new Set(all.toSorted((a, b) => b.times.length - a.times.length).slice(0, most))
  const curves = all.filter(curve => chosen.has(curve))
  const rows = Math.min(mostLines, Math.max(fewestLines, Math.floor(linesInAll / curves.length)))
  const times = curves.flatMap(curve => [curve.times[0], curve.times.at(-1) as number])
  const span = { from: Math.min(...times), to: Math.max(...times) }
  const margin =
    Math.max(...curves.flatMap(({ values }) => boundsOf(values).map(one => numberText(one).length))) + 2
  const left = all.length - curves.length
  return [
    ...curves.flatMap(curve => drawn(curve, span, width, rows, margin)),
    ' '.repeat(margin) + spread(timeLabel(span.from), timeLabel(span.to), width - margin - 1),
    ...(left === 0 ? [] : [`and ${left} more with fewer points: --where and --value choose`]),
  ]
}

function curvesOf({ points, values }: SeriesAnswer): Curve[] {
  const curves = new Map<string, Curve>()
  for (const value of values) {
    for (const point of points) {
      const found = point.values[value]
      if (typeof found !== 'number' && typeof found !== 'bigint') continue
      const name = [value, ...tagTexts(point)].join(' ')
      const curve = curves.get(name) ?? { name, times: [], values: [] }
      curve.times.push(point.time)
      curve.values.push(Number(found))
      curves.set(name, curve)
    }
  }
  return [...curves.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

function tagTexts({ tags }: SeriesPoint): string[] {
  return Object.entries(tags)
    .map(([tag, text]) => `${tag}=${text}`)
    .sort()
}

interface Span {
  readonly from: number
  readonly to: number
}

/** A line with its name, then the curve with the highest and the lowest value beside it. */
function drawn(curve: Curve, span: Span, width: number, rows: number, margin: number): string[] {
  const { name, times, values } = curve
  const canvas = new Braille(width - margin - 1, rows)
  const [low, high] = boundsOf(values)
  const place = (value: number, least: number, range: number, cells: number) =>
    Math.round((range === 0 ? 0.5 : (value - least) / range) * (cells - 1))
  const x = (index: number) => place(times[index], span.from, span.to - span.from, canvas.width)
  const y = (index: number) => canvas.height - 1 - place(values[index], low, high - low, canvas.height)
  for (let index = 0; index < times.length; index++) {
    if (index === 0) canvas.dot(x(0), y(0))
    else canvas.line(x(index - 1), y(index - 1), x(index), y(index))
  }
  const side = (row: number) => (row === 0 ? numberText(high) : row === rows - 1 ? numberText(low) : '')
  const last = `last ${numberText(values.at(-1) as number)}`
  return [
    ' '.repeat(margin) + spread(name, last, width - margin - 1),
    ...canvas.lines().map((line, row) => `${side(row).padStart(margin - 1)}┤${line}`),
  ]
}

function boundsOf(values: readonly number[]): [number, number] {
  return values.reduce(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  )
}

/** Two texts at both ends of a line; the first gives way. */
function spread(left: string, right: string, width: number): string {
  const room = Math.max(0, width - right.length - 1)
  const shown = left.length > room ? `${left.slice(0, Math.max(0, room - 1))}…` : left
  return shown.padEnd(width - right.length) + right
}

function timeLabel(time: number): string {
  return new Date(time).toISOString().replace('.000Z', 'Z')
}
