import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryHome } from '../../connectors/memory/home.ts'
import { HeadraceError } from '../../engine/errors.ts'
import { plan } from '../../engine/graph/plan.ts'
import {
  double,
  int,
  job,
  long,
  model,
  nullable,
  record,
  sink,
  source,
  string,
  timestamp,
  topic,
  vector,
} from '../../engine/index.ts'
import { JobRun } from '../../engine/run.ts'
import { score } from '../../operators/index.ts'

const columns = {
  at: timestamp(),
  user: string(),
  clicks: int(),
  spend: nullable(double()),
  recent: vector(2),
}
const Visit = record('Visit', columns)
const visits = topic('visits', Visit, { time: 'at', lateness: 5 })

const Taste = model('taste', {
  inputs: { user: string(), clicks: double(), recent: vector(2), hour: long() },
  outputs: { score: double(), label: string() },
})

const hour = (row: { readonly at: number }) => row.at % 24

test('what does not fit is an error at start, before a record is read', () => {
  const planned = (build: (loose: (...args: readonly unknown[]) => never) => never) => () =>
    plan(
      job(
        'wrong',
        () => void source('visits', visits).pipe(build(score as never), sink('out', topic('out', Visit))),
      ),
    )
  const wrong: readonly [string, object, RegExp][] = [
    [
      'a column that is not there',
      {},
      /HR_COLUMN_UNKNOWN: input "hour" of model "taste" is to be the column "hour": there are at, user/,
    ],
    [
      'another kind',
      { inputs: { hour: 'spend' } },
      /input "hour" of model "taste" is of kind long, the column "spend" of kind double/,
    ],
    [
      'an input that it does not take',
      { inputs: { hour, age: 'clicks' } },
      /inputs of "taste" has "age": the model takes user/,
    ],
    ['a fallback that is none', { inputs: { hour }, fallback: { score: 1 } }, /the fallback has no "label"/],
    [
      'no fallback for onMissing',
      { inputs: { hour }, onMissing: 'fallback' },
      /onMissing of "taste" is 'fallback', and there is none/,
    ],
    ['a duration that is none', { inputs: { hour }, timeout: '0s' }, /timeout is 0 ms/],
    [
      'a cache without room',
      { inputs: { hour }, cache: { entries: 0, ttl: '1s' } },
      /entries of the cache is 0/,
    ],
  ]
  for (const [what, options, message] of wrong) {
    assert.throws(
      planned(loose => loose('taste', Taste, options)),
      message,
      what,
    )
  }
  const Clash = model('clash', { inputs: { clicks: double() }, outputs: { user: string() } })
  assert.throws(
    planned(loose => loose('taste', Clash)),
    /there is a column "user" already: give "taste" a prefix/,
  )
})

const scoring = job('scoring', () => {
  source('visits', visits).pipe(score('taste', Taste, { inputs: { hour } }), sink('out', topic('out', Visit)))
})

test('a deployment without models says so before a record is read', async () => {
  const home = new MemoryHome()
  await home.createTopic('visits', 1)
  const opening = JobRun.open(scoring, { home })
  await assert.rejects(
    opening,
    error =>
      error instanceof HeadraceError && error.code === 'HR_MODEL_MISSING' && error.place.step === 'taste',
  )
})
