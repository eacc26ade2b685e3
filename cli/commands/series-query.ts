import type { SeriesAnswer, SeriesPoint } from '../../engine/stores/series-store.ts'
import type { Duration } from '../../engine/time/duration.ts'
import { durationMs } from '../../engine/time/duration.ts'
import type { Command } from '../command.ts'
import type { Flags } from '../flags.ts'
import { usageError } from '../flags.ts'
import type { Io } from '../io.ts'
import { jsonLine, print } from '../io.ts'
import { plotLines } from '../plot/plot.ts'
import { tableLines } from '../table.ts'
import { cellText, timeText } from '../value-text.ts'
import { inStoreOptions, withSeries } from '../with-store.ts'

const timeHelp = 'a time as 2026-01-31T12:00:00Z, milliseconds, or how long ago, as 15m'

export const seriesQuery: Command = {
  name: 'series query',
  summary: 'print the points of a time series, or plot them',
  operands: ['<series>'],
  options: {
    ...inStoreOptions,
    from: { value: 'TIME', help: `the first that counts: ${timeHelp}` },
    to: { value: 'TIME', help: 'the first that does not count any more' },
    where: { value: 'TAG=TEXT', multiple: true, help: 'only points with this tag' },
    value: { value: 'NAME', multiple: true, help: 'this value alone' },
    limit: { value: 'N', help: 'points at most, the latest ones (default 1000; of a plot 100000)' },
    plot: { help: 'draw curves: one for each value and set of tags' },
    json: { help: 'print JSON lines, one a point' },
  },
  notes: 'Of InfluxDB where it is configured, else of the data directory.',
  examples: [
    'headrace series query clicks --from 15m',
    'headrace series query clicks --where user=ann --value count --plot',
  ],
  run: async (flags, io) =>
    withSeries(flags, io, async store => {
      const isPlot = flags.on('plot')
      const answer = await store.query({
        series: flags.operands[0],
        from: timeOf(flags, 'from'),
        to: timeOf(flags, 'to'),
        where: tagsOf(flags),
        limit: flags.whole('limit', 1) ?? (isPlot ? 100_000 : 1000),
      })
      const values = valuesOf(flags, answer)
      if (flags.on('json')) for (const point of answer.points) print(io, jsonLine(chosen(point, values)))
      else if (answer.points.length === 0) print(io, 'no points')
      else if (isPlot) print(io, ...plotLines({ ...answer, values }, widthOf(io)))
      else print(io, ...tableOf({ ...answer, values }))
      if (answer.isCut)
        io.err.write('there are more points, before these: --limit, --from and --where choose\n')
      return undefined
    }),
}

function timeOf(flags: Flags, name: string): number | undefined {
  const text = flags.text(name)
  if (text === undefined) return undefined
  if (/^-?\d+$/.test(text)) return Number(text)
  const time = Date.parse(text)
  if (!Number.isNaN(time)) return time
  try {
    return Date.now() - durationMs(text as Duration, name)
  } catch (cause) {
    throw usageError(`--${name} is "${text}"; allowed: ${timeHelp}`, cause)
  }
}

function tagsOf(flags: Flags): Record<string, string> {
  const pairs = flags.list('where').map(text => {
    const at = text.indexOf('=')
    if (at < 1) throw usageError(`--where is "${text}"; it has to be TAG=TEXT`)
    return [text.slice(0, at), text.slice(at + 1)] as const
  })
  return Object.fromEntries(pairs)
}

function valuesOf(flags: Flags, { values }: SeriesAnswer): readonly string[] {
  const wanted = flags.list('value')
  const unknown = wanted.find(name => !values.includes(name))
  if (unknown !== undefined) throw usageError(`--value is "${unknown}"; there are ${values.join(', ')}`)
  return wanted.length === 0 ? values : wanted
}

function chosen({ time, tags, values }: SeriesPoint, names: readonly string[]): SeriesPoint {
  return {
    time,
    tags,
    values: Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name))),
  }
}

function tableOf({ tags, values, points }: SeriesAnswer): string[] {
  const rows = points.map(point => [
    timeText(point.time),
    ...tags.map(tag => (tag in point.tags ? cellText(point.tags[tag]) : '')),
    ...values.map(name => (name in point.values ? cellText(point.values[name]) : '')),
  ])
  return tableLines(['time', ...tags, ...values], rows, values)
}

function widthOf(io: Io): number {
  return Math.max(40, io.out.columns ?? 80)
}
