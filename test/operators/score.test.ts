import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isHeadraceError } from '../../engine/errors.ts'
import type { Job, JobOptions, RowOf } from '../../engine/index.ts'
import {
  double,
  int,
  job,
  long,
  model,
  nullable,
  Rejected,
  record,
  rejected,
  sink,
  source,
  string,
  timestamp,
  topic,
  vector,
} from '../../engine/index.ts'
import { derive, score, union } from '../../operators/index.ts'
import { MemoryModels, testJob } from '../../testing/index.ts'
import { checkCuts } from '../support/operator-cases.ts'
import { seed } from '../support/property.ts'
import { randomFrom } from '../support/random.ts'

const columns = {
  at: timestamp(),
  user: string(),
  clicks: int(),
  spend: nullable(double()),
  recent: nullable(vector(2)),
}
const Visit = record('Visit', columns)
type AnyVisit = RowOf<typeof columns>
const visits = topic('visits', Visit, { time: 'at', lateness: 5 })

const Taste = model('taste', {
  inputs: { user: string(), clicks: double(), spend: double(), recent: vector(2), hour: long() },
  outputs: { score: double(), label: string(), top: vector(2), rank: int() },
})
const added = { t_score: double(), t_label: string(), t_top: vector(2), t_rank: int(), t_modelVersion: int() }
const fallback = { score: -1, label: 'unknown', top: new Float32Array([9, 8]), rank: 0 }

/** What a version answers. */
function answer(
  row: Pick<AnyVisit, 'user' | 'clicks' | 'at'> & { spend: number; recent: Float32Array },
  version: number,
) {
  return {
    t_score: row.clicks * row.spend + version,
    t_label: `${row.user}/${row.at % 24}`,
    t_top: Float32Array.from(row.recent, item => item + version),
    t_rank: row.clicks,
    t_modelVersion: version,
  }
}

const unanswered = {
  t_score: -1,
  t_label: 'unknown',
  t_top: new Float32Array([9, 8]),
  t_rank: 0,
  t_modelVersion: 0,
}

function taste(): MemoryModels {
  const version =
    (number: number) =>
    (row: { user: string; clicks: number; spend: number; recent: Float32Array; hour: number }) => {
      const { t_score, t_label, t_top, t_rank } = answer({ ...row, at: row.hour }, number)
      return { score: t_score, label: t_label, top: t_top, rank: t_rank }
    }
  return new MemoryModels().add(Taste, 3, version(3), { batchRows: 7 }).add(Taste, 4, version(4))
}

const hour = (row: { readonly at: number }) => row.at % 24

const scoring = (onMissing: 'fallback' | 'reject', options: JobOptions = {}): Job =>
  job(
    'scoring',
    () => {
      source('visits', visits).pipe(
        score('taste', Taste, {
          prefix: 't_',
          inputs: { hour },
          onMissing,
          ...(onMissing === 'fallback' && { fallback }),
        }),
        sink('out', topic('out', record('Out', { ...columns, ...added }))),
      )
      rejected('taste').pipe(sink('refused', topic('refused', Rejected)))
    },
    options,
  )

const random = randomFrom(seed)
const rows: AnyVisit[] = Array.from({ length: 120 }, (_, i) => ({
  at: i,
  user: `user ${Math.floor(random() * 5)} ä`,
  clicks: Math.floor(random() * 10),
  spend: random() < 0.2 ? null : Math.floor(random() * 100) / 4,
  recent: random() < 0.2 ? null : new Float32Array([Math.floor(random() * 50), -1]),
}))
const isWhole = (row: AnyVisit) => row.spend !== null && row.recent !== null
const scored = (row: AnyVisit) => ({ ...row, ...answer(row as Parameters<typeof answer>[0], 3) })

test('rows get the answers of the version that serves, and the fallback where an input is missing', async () => {
  const expected = rows.map(row => (isWhole(row) ? scored(row) : { ...row, ...unanswered }))
  await checkCuts(scoring('fallback'), { visits: rows }, { out: expected }, { models: taste() })
})

test('without a fallback rows that lack an input are rejected, and the others go on', async () => {
  const expected = rows.filter(isWhole).map(scored)
  await checkCuts(scoring('reject'), { visits: rows }, { out: expected }, { models: taste() })
  const driver = testJob(scoring('reject'), { models: taste() })
  await driver.push('visits', rows)
  const refused = await driver.output<{ code: string; message: string }>('refused')
  assert.equal(refused.length, rows.length - expected.length)
  for (const { code, message } of refused) {
    assert.equal(code, 'HR_MODEL_INPUT')
    assert.match(message, /^the input "(spend|recent)" of model "taste" is null$/)
  }
  await driver.close()
})

test('the batches of a tick are scored together, and each row gets its own answer', async () => {
  const Twice = record('Twice', {
    user: string(),
    clicks: int(),
    t_score: double(),
    t_label: string(),
    t_modelVersion: int(),
  })
  const twice = job('twice', () => {
    const read = source('visits', visits)
    const more = read.pipe(derive({ clicks: int(row => row.clicks + 100) }))
    union(read, more).pipe(
      score('taste', Taste, { prefix: 't_', inputs: { hour }, fallback }),
      sink('out', topic('out', Twice)),
    )
  })
  const models = taste()
  const driver = testJob(twice, { models })
  driver.push('visits', rows)
  const found = await driver.output<{
    user: string
    clicks: number
    t_score: number
    t_label: string
    t_modelVersion: number
  }>('out')
  const expected = [0, 100].flatMap(more =>
    rows.map(row => {
      const { user, clicks, t_score, t_label, t_modelVersion } = {
        ...row,
        clicks: row.clicks + more,
        ...(isWhole(row) ? scored({ ...row, clicks: row.clicks + more }) : unanswered),
      }
      return { user, clicks: isWhole(row) ? clicks : row.clicks + more, t_score, t_label, t_modelVersion }
    }),
  )
  const inOrder = (some: readonly object[]) => some.map(row => JSON.stringify(row)).sort()
  assert.deepEqual(inOrder(found), inOrder(expected))
  assert.equal((await driver.inspect()).counts().scores.taste.calls, 1)
  await driver.close()
})

test('another version takes over between two ticks, and after a restart the one that serves then', async () => {
  const models = taste()
  const driver = testJob(scoring('fallback'), { models })
  const versions = async () =>
    (await driver.output<{ t_modelVersion: number }>('out')).map(row => row.t_modelVersion)
  const whole = rows.filter(isWhole)
  driver.push('visits', whole.slice(0, 2))
  assert.deepEqual(await versions(), [3, 3])
  models.serve('taste', 4)
  await driver.advanceClock(1000).push('visits', whole.slice(2, 4))
  assert.deepEqual(await versions(), [4, 4])
  models.serve('taste', 3)
  await driver.restart().push('visits', whole.slice(4, 5))
  assert.deepEqual(await versions(), [3])
  const { model: name, version, rows: count } = (await driver.inspect()).counts().scores.taste
  assert.deepEqual([name, version, count], ['taste', 3, 1])
  await driver.close()
})

test('a function of an input that throws is an error of its row', async () => {
  const throwing = job(
    'throwing',
    () => {
      const inputs = {
        hour: (row: { readonly clicks: number }) => {
          if (row.clicks === 7) throw new Error('no hour')
          return 1
        },
      }
      source('visits', visits).pipe(
        score('taste', Taste, { inputs, fallback }),
        sink('out', topic('out', record('Only', { clicks: int(), modelVersion: int() }))),
      )
      rejected('taste').pipe(sink('refused', topic('refused', Rejected)))
    },
    { onError: 'reject' },
  )
  const driver = testJob(throwing, { models: taste() })
  driver.push(
    'visits',
    [6, 7, 8].map(clicks => ({ ...rows[0], clicks, spend: 1, recent: new Float32Array(2) })),
  )
  assert.deepEqual(await driver.output('out'), [
    { clicks: 6, modelVersion: 3 },
    { clicks: 8, modelVersion: 3 },
  ])
  const [{ code, message }] = await driver.output<{ code: string; message: string }>('refused')
  assert.deepEqual([code, message], ['HR_LAMBDA_THREW', 'no hour'])
  await driver.close()
})

test('a model that fails ends the job with a code, or has its fallback answer', async () => {
  const models = new MemoryModels().add(Taste, 1, () => {
    throw new Error('out of order')
  })
  const [row] = rows.filter(isWhole)
  const saved = testJob(scoring('fallback'), { models })
  saved.push('visits', [row])
  assert.deepEqual(await saved.output('out'), [{ ...row, ...unanswered }])
  await saved.close()
  const once = job('once', () => {
    const options = { inputs: { hour }, breaker: { failures: 1 } }
    source('visits', visits).pipe(
      score('taste', Taste, options),
      sink('out', topic('out', record('V', { modelVersion: int() }))),
    )
  })
  const failing = testJob(once, { models })
  await assert.rejects(
    async () => await failing.push('visits', [row]),
    error => {
      assert.ok(isHeadraceError(error, 'HR_MODEL_FAILED'))
      assert.deepEqual(error.place, { job: 'once', step: 'taste' })
      return true
    },
  )
})
