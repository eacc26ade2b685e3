import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OperatorFunction } from 'rxjs'
import { filter as keep, map, merge } from 'rxjs'
import type { Batch } from '../../engine/batch/batch.ts'
import type { Schema } from '../../engine/batch/schema.ts'
import { plan } from '../../engine/graph/plan.ts'
import type { ErrorCode } from '../../engine/index.ts'
import {
  double,
  int,
  isHeadraceError,
  job,
  late,
  long,
  nullable,
  record,
  rejected,
  sink,
  source,
  string,
  timestamp,
  topic,
} from '../../engine/index.ts'
import { count, filter, tumbling } from '../../operators/index.ts'
import { testJob } from '../../testing/index.ts'

const Click = record('Click', { at: timestamp(), user: long(), name: nullable(string()) })
type Click = { readonly at: number; readonly user: number; readonly name: string | null }
const clicks = topic('clicks', Click, { time: 'at', lateness: 0 })
const out = topic('out', Click)
const Counted = record('Counted', { n: long() })
const windows = () =>
  tumbling<Click, 'user', { n: ReturnType<typeof count<Click>> }>(
    'windows',
    { by: 'user', size: 10 },
    { n: count() },
  )

function refused(build: () => void, code: ErrorCode, about: RegExp): void {
  assert.throws(
    () => plan(job('broken', build)),
    (error: unknown) => {
      assert.ok(isHeadraceError(error, code), String(error))
      assert.match(error.message, about)
      return true
    },
  )
}

test('two parts with one id', () => {
  const twoSinks = () => {
    const rows = source('in', clicks)
    rows.pipe(sink('out', out))
    rows.pipe(sink('out', topic('other', Click)))
  }
  refused(twoSinks, 'HR_STEP_DUPLICATE', /a sink and a sink both have the id "out"/)
  const twoSteps = () => {
    const rows = source('in', clicks)
    rows.pipe(windows(), sink('a', topic('a', Counted)))
    rows.pipe(windows(), sink('b', topic('b', Counted)))
  }
  refused(twoSteps, 'HR_STEP_DUPLICATE', /a tumbling and a tumbling both have the id "windows"/)
  const sourceAndStep = () => {
    source('windows', clicks).pipe(windows(), sink('a', topic('a', Counted)))
  }
  refused(sourceAndStep, 'HR_STEP_DUPLICATE', /both have the id "windows"/)
})

test('two sinks of one topic: its order would not be that of the log', () => {
  const rivals = () => {
    const rows = source('in', clicks)
    rows.pipe(sink('a', out))
    rows.pipe(sink('b', out))
  }
  refused(rivals, 'HR_CONFIG_INVALID', /"a" and "b" both write it.*topic out/)
})

test('a job without a sink', () => {
  refused(() => void source('in', clicks).pipe(filter(() => true)), 'HR_GRAPH_EMPTY', /no sink/)
})

test('a sink that the stream does not fit', () => {
  const into = (schema: Schema) => () => {
    source('in', clicks).pipe(sink('out', topic('out', schema as Schema<object>)))
  }
  refused(into(record('More', { at: timestamp(), more: long() })), 'HR_SINK_MISMATCH', /no column "more"/)
  refused(into(record('Other', { at: string() })), 'HR_SINK_MISMATCH', /"at" is timestamp.*step out/)
  refused(into(record('Less', { user: int() })), 'HR_SINK_MISMATCH', /"user" is long/)
  refused(into(record('Sure', { name: string() })), 'HR_SINK_MISMATCH', /"name" may be null/)
})

test('a step that no batch reaches', () => {
  const deaf: OperatorFunction<Batch<Click>, Batch<Click>> = keep(batch => batch.rows > 0)
  const swallowed = () => void source('in', clicks).pipe(deaf, windows(), sink('out', topic('out', Counted)))
  refused(swallowed, 'HR_GRAPH_UNPRIMED', /no batch reaches it.*step (windows|out)/)
})

test('side streams of what is not there', () => {
  const of = (side: () => void) => () => {
    source('in', clicks).pipe(sink('out', out))
    side()
  }
  const windowless = of(() => late('windows', Click).pipe(sink('late', topic('late', Click))))
  refused(windowless, 'HR_STEP_UNKNOWN', /late\('windows'\)/)
  const lateSource = of(() => late('in', Click).pipe(sink('late', topic('late', Click))))
  refused(lateSource, 'HR_STEP_UNKNOWN', /late\('in'\)/)
  const Codes = record('Codes', { code: string() })
  const unknown = of(() => rejected('inn').pipe(sink('bad', topic('bad', Codes))))
  refused(unknown, 'HR_STEP_UNKNOWN', /rejected\('inn'\): there are in$|rejected\('inn'\): there are in /)
  const ofSink = of(() => rejected('out').pipe(sink('bad', topic('bad', Codes))))
  refused(ofSink, 'HR_STEP_UNKNOWN', /rejected\('out'\)/)
})

test('a step that reads its own late rows goes round in a circle', () => {
  const circle = () => {
    const rows = merge(source('in', clicks), late('windows', Click))
    rows.pipe(windows(), sink('out', topic('out', Counted)))
  }
  refused(circle, 'HR_GRAPH_CYCLE', /step (windows|late:windows)/)
})

test('sources and operators outside of a job', () => {
  const outside = (error: unknown) => isHeadraceError(error, 'HR_OUTSIDE_JOB')
  assert.throws(() => source('in', clicks), outside)
  assert.throws(() => late('windows', Click), outside)
  const stream = { pipe: () => {} } as never
  assert.throws(() => sink('out', out)(stream), outside)
  assert.throws(() => filter<Click>(() => true)(stream), outside)
})

test('names that cannot be', () => {
  const invalid = (error: unknown) => isHeadraceError(error, 'HR_CONFIG_INVALID')
  assert.throws(() => job('no spaces', () => {}), invalid)
  assert.throws(
    () => topic('', Click),
    (error: unknown) => isHeadraceError(error, 'HR_TOPIC_NAME'),
  )
  assert.throws(
    () => topic('..', Click),
    (error: unknown) => isHeadraceError(error, 'HR_TOPIC_NAME'),
  )
  assert.throws(() => topic('t', Click, { key: 'nobody' as 'user' }), invalid)
})

test('a stream that changes its columns on the way', () => {
  const Wide = record('Wide', { user: double() })
  const fickle: OperatorFunction<Batch<Click>, Batch<Click>> = map(batch =>
    batch.rows === 0 ? batch : (batch.withColumns(Wide, { column: () => batch.named('at') }) as never),
  )
  const changed = job('changed', () => {
    source('in', clicks).pipe(
      fickle,
      filter(() => true),
      sink('out', out),
    )
  })
  const driver = testJob(changed).push('clicks', [{ at: 1, user: 1, name: null }])
  return assert.rejects(driver.output('out'), /HR_SCHEMA_CHANGED: it began with Click.*now gets Wide/)
})
