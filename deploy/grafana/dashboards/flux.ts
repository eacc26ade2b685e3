import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog'
import type { Series } from '../../../engine/stores/series.ts'
import { variable } from './variable.ts'

const bucket = variable('bucket')
const jobs = `/^(?:${variable('job:regex')})$/`

type Fold = 'mean' | 'max' | 'min' | 'last' | 'sum'

export interface FluxOptions<T> {
  readonly of: Series<T>
  readonly value: keyof T & string
  /** How the points of a window become one. */
  readonly window: Fold
  /** Values count up, and their rate per second is asked for. */
  readonly isCounter?: boolean
  /** How those of several processes become one. */
  readonly join: 'sum' | 'max' | 'min'
  /** What tells lines of the graph apart. */
  readonly by: readonly (keyof T & string)[]
  /** Whether only the chosen jobs count: series of a job's own do not say whose they are. */
  readonly ofJobs?: boolean
}

const columns = (names: readonly string[]) => `columns: [${names.map(name => `"${name}"`).join(', ')}]`

/** A value of a series by window of the graph, over all processes. */
export function flux<T>({ of, value, window, isCounter, join, by, ofJobs = true }: FluxOptions<T>): string {
  const kept = [
    `r._measurement == "${of.name}"`,
    `r._field == "${value}"`,
    ...(ofJobs ? [`r.job =~ ${jobs}`] : []),
  ]
  return [
    `from(bucket: "${bucket}")`,
    'range(start: v.timeRangeStart, stop: v.timeRangeStop)',
    `filter(fn: (r) => ${kept.join(' and ')})`,
    `aggregateWindow(every: v.windowPeriod, fn: ${window}, createEmpty: false)`,
    ...(isCounter ? ['derivative(unit: 1s, nonNegative: true)'] : []),
    `group(${columns([...by, '_time'])})`,
    `${join}()`,
    `group(${columns(by)})`,
    'sort(columns: ["_time"])',
  ].join('\n  |> ')
}

/** A value as a multiple of another one of the same point, the largest one of each window of the graph. */
export function fluxRatio<T>(options: {
  readonly of: Series<T>
  readonly value: keyof T & string
  readonly to: keyof T & string
  readonly by: readonly (keyof T & string)[]
}): string {
  const { of, value, to, by } = options
  return [
    `from(bucket: "${bucket}")`,
    'range(start: v.timeRangeStart, stop: v.timeRangeStop)',
    `filter(fn: (r) => r._measurement == "${of.name}" and (r._field == "${value}" or r._field == "${to}"))`,
    'pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")',
    `map(fn: (r) => ({r with _value: r.${value} / r.${to}}))`,
    `group(${columns(by)})`,
    'aggregateWindow(every: v.windowPeriod, fn: max, createEmpty: false)',
    `keep(${columns(['_time', '_value', ...by])})`,
    'sort(columns: ["_time"])',
  ].join('\n  |> ')
}

/** How often a value was true in each window of the graph. */
export function fluxAlarms<T>(options: {
  readonly of: Series<T>
  readonly value: keyof T & string
  readonly by: readonly (keyof T & string)[]
}): string {
  const { of, value, by } = options
  return [
    `from(bucket: "${bucket}")`,
    'range(start: v.timeRangeStart, stop: v.timeRangeStop)',
    `filter(fn: (r) => r._measurement == "${of.name}" and r._field == "${value}")`,
    'map(fn: (r) => ({r with _value: if r._value then 1 else 0}))',
    `group(${columns(by)})`,
    'aggregateWindow(every: v.windowPeriod, fn: sum, createEmpty: false)',
    'sort(columns: ["_time"])',
  ].join('\n  |> ')
}

/** For the variable `job`: all that have told of themselves lately. */
export function jobsQuery({ name }: Series): string {
  const sameSeries = `predicate: (r) => r._measurement == "${name}"`
  return `import "influxdata/influxdb/schema"\nschema.tagValues(bucket: "${bucket}", tag: "job", ${sameSeries}, start: -30d)`
}

/** For the variable `bucket`: all but InfluxDB's own. */
export const bucketsQuery = [
  'buckets()',
  'filter(fn: (r) => r.name !~ /^_/)',
  'keep(columns: ["name"])',
  'rename(columns: {name: "_value"})',
].join('\n  |> ')

interface FluxTarget extends Dataquery {
  readonly refId: string
  readonly query: string
  readonly datasource: { readonly type: string; readonly uid: string }
}

/** The SDK has no query of InfluxDB. */
export class FluxQuery implements Builder<FluxTarget> {
  private readonly query: string
  private readonly uid: string

  constructor(query: string, uid: string) {
    this.query = query
    this.uid = uid
  }

  build(): FluxTarget {
    const datasource = { type: 'influxdb', uid: this.uid }
    return { refId: 'A', query: this.query, datasource, _implementsDataqueryVariant: () => {} }
  }
}
