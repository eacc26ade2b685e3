import type { Batch } from '../../engine/batch/batch.ts'
import { Adwin } from './adwin.ts'
import { numbersOf } from './column-numbers.ts'
import type { ChanceShare, Scale } from './false-alarms.ts'
import {
  deviationScale,
  driftAllowance,
  scaleInto,
  sumThreshold,
  unitScale,
  unscaled,
} from './false-alarms.ts'
import type { FieldPart, Peak, Run } from './field-part.ts'
import { NumberBins } from './number-bins.ts'
import type { DriftTests } from './options.ts'
import { PageHinkley } from './page-hinkley.ts'
import type { NumberReference } from './reference.ts'
import type { Finding, WatchedField } from './watched-field.ts'
import { DistributionTests } from './watched-field.ts'

/** ADWIN looks for a change once in so many rows. */
const ROWS_PER_LOOK = 32
/** Rows from which on the mean of a stream is known well enough. */
const FIRST_ROWS = 30

const none = new Float64Array(0)

/** A test that goes row by row, with the values as it wants them. */
interface ChangeTest<D> {
  readonly detector: D
  readonly scale: Scale
  values: Float64Array
}

export class WatchedNumber implements WatchedField {
  readonly name: string
  readonly bins: number
  private readonly grid: NumberBins
  private readonly distribution: DistributionTests
  private readonly adwin: ChangeTest<Adwin> | null
  private readonly pageHinkley: ChangeTest<PageHinkley> | null
  private values: Float64Array = none

  constructor(name: string, reference: NumberReference, tests: DriftTests, chance: ChanceShare) {
    this.name = name
    this.grid = new NumberBins(reference.edges)
    this.bins = this.grid.count
    this.distribution = new DistributionTests(reference, tests, chance)
    this.adwin = adwinTest(reference, tests.adwin, chance)
    this.pageHinkley = pageHinkleyTest(reference, tests.pageHinkley, chance)
  }

  prepare(batch: Batch): void {
    this.values = numbersOf(batch.named(this.name), batch)
    for (const test of [this.adwin, this.pageHinkley]) {
      if (test === null) continue
      const { scale } = test
      test.values = scale === unscaled ? this.values : batch.arena.f64(batch.rows)
      if (scale !== unscaled) scaleInto(this.values, scale, test.values)
    }
  }

  add(part: FieldPart, run: Run): void {
    const { distribution, adwin, pageHinkley } = this
    if (distribution.areAny) part.values += this.grid.add(this.values, run.from, run.to, part.counts)
    else part.values += finiteOf(this.values, run.from, run.to)
    if (adwin !== null) addTo(part.adwin, adwin, run)
    if (pageHinkley !== null) addTo(part.pageHinkley, pageHinkley, run)
  }

  findings(part: FieldPart): Finding[] {
    const found = this.distribution.findings(part)
    if (this.adwin !== null) found.push(changeFinding('adwin', part.adwin, 1))
    if (this.pageHinkley !== null) {
      found.push(changeFinding('pageHinkley', part.pageHinkley, this.pageHinkley.detector.threshold))
    }
    return found
  }

  saved(test: 'adwin' | 'pageHinkley'): Float64Array | undefined {
    return this[test]?.detector.save()
  }

  restore(test: 'adwin' | 'pageHinkley', saved: Float64Array): void {
    this[test]?.detector.restore(saved)
  }
}

function adwinTest(
  reference: NumberReference,
  options: DriftTests['adwin'],
  { perRow }: ChanceShare,
): ChangeTest<Adwin> | null {
  if (!options) return null
  const own = options === true ? undefined : options.delta
  const scale = own === undefined ? unitScale(reference) : unscaled
  return { detector: new Adwin(own ?? perRow * ROWS_PER_LOOK), scale, values: none }
}

function pageHinkleyTest(
  reference: NumberReference,
  options: DriftTests['pageHinkley'],
  { perRow }: ChanceShare,
): ChangeTest<PageHinkley> | null {
  if (!options) return null
  if (options !== true) return { detector: new PageHinkley(options), scale: unscaled, values: none }
  const threshold = sumThreshold(reference, perRow)
  const detector = new PageHinkley({ minInstances: FIRST_ROWS, delta: driftAllowance, threshold })
  return { detector, scale: deviationScale(reference), values: none }
}

function addTo(peak: Peak, { detector, values }: ChangeTest<Adwin | PageHinkley>, run: Run): void {
  const { from, to, number, time } = run
  const row = detector.run(values, from, to)
  peak.take(detector.peak)
  if (row >= 0) peak.note(number + row - from, time[row])
}

function changeFinding(
  test: 'adwin' | 'pageHinkley',
  { value, row, time }: Peak,
  threshold: number,
): Finding {
  const alarm = row >= 0
  return {
    test,
    statistic: value,
    threshold,
    pValue: null,
    alarm,
    alarmTime: alarm ? time : null,
    alarmRow: alarm ? row : null,
  }
}

function finiteOf(values: Float64Array, from: number, to: number): number {
  let count = 0
  for (let row = from; row < to; row++) if (values[row] - values[row] === 0) count++
  return count
}
