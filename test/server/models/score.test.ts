import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tableFromIPC } from 'apache-arrow'
import { boolean, double, float, int, long, string, vector } from '../../../engine/batch/schema.ts'
import { limits } from '../../../engine/limits.ts'
import { modelServer, resultsOf } from '../../support/model-server.ts'
import { ScriptedModels } from '../../support/scripted-models.ts'
import { problemOf } from '../../support/test-server.ts'

/** Its sum is that of all numbers. */
const sums = () =>
  new ScriptedModels().put('sums', 3, {
    inputs: { clicks: int(), spend: double() },
    outputs: { sum: double() },
    score: ({ clicks, spend }) => ({ sum: Number(clicks) + Number(spend) }),
  })

test('rows are scored in their order, and each says which version has', async t => {
  const server = await modelServer(t, sums())
  const response = await server.score('sums', {
    rows: [
      { clicks: 2, spend: 0.5 },
      { spend: 10, clicks: -1 },
    ],
  })
  assert.equal(response.headers.get('content-type'), 'application/json; charset=utf-8')
  assert.deepEqual(await response.json(), {
    model: 'sums',
    results: [
      { outputs: { sum: 2.5 }, modelVersion: 3, fallback: null },
      { outputs: { sum: 9 }, modelVersion: 3, fallback: null },
    ],
  })
})

test('inputs and outputs of every kind', async t => {
  const inputs = {
    flag: boolean(),
    small: int(),
    large: long(),
    narrow: float(),
    wide: double(),
    text: string(),
    taste: vector(3),
  }
  const outputs = {
    int: int(),
    long: long(),
    float: float(),
    double: double(),
    text: string(),
    taste: vector(2),
  }
  const models = new ScriptedModels().put('all', 1, {
    inputs,
    outputs,
    score: ({ flag, small, large, narrow, wide, text, taste }) => ({
      int: Number(small) + 1,
      long: Number(large) - 1,
      float: Number(narrow) * 2,
      double: flag === true ? Number(wide) : Number.NaN,
      text: `${text}!`,
      taste: [(taste as Float32Array)[0], (taste as Float32Array)[2]],
    }),
  })
  const server = await modelServer(t, models)
  const row = {
    flag: true,
    small: -7,
    large: 2 ** 53 - 1,
    narrow: 0.25,
    wide: 1e300,
    text: 'zwölf',
    taste: [1, 2, -0.5],
  }
  const [first, second] = await resultsOf(await server.score('all', { rows: [row, { ...row, flag: false }] }))
  assert.deepEqual(first.outputs, {
    int: -6,
    long: 2 ** 53 - 2,
    float: 0.5,
    double: 1e300,
    text: 'zwölf!',
    taste: [1, -0.5],
  })
  assert.equal(second.outputs?.double, null)
})

const bad: readonly (readonly [string, unknown, RegExp])[] = [
  ['no JSON', '{"rows": [', /JSON|body/i],
  ['no object', '[]', /must be object/],
  ['nothing to score', {}, /rows/],
  ['no rows', { rows: [] }, /fewer than 1/],
  ['a row that is none', { rows: [1] }, /rows\/0 must be object/],
  ['a text for a number', { rows: [{ clicks: '1', spend: 1 }] }, /^rows\/0\/clicks has to be a whole number/],
  [
    'a fraction of a click',
    { rows: [{ clicks: 1.5, spend: 1 }] },
    /^rows\/0\/clicks has to be a whole number/,
  ],
  [
    '33 bits',
    { rows: [{ clicks: 2 ** 31, spend: 1 }] },
    /^rows\/0\/clicks has to be a whole number of 32 bits/,
  ],
  ['a number beyond all', '{"rows": [{"clicks": 1, "spend": 1e999}]}', /^rows\/0\/spend has to be a number/],
  [
    'an input that is missing',
    { rows: [{ clicks: 1, spend: 1 }, { clicks: 1 }] },
    /^rows\/1\/spend is missing/,
  ],
  ['no input at all', { rows: [{}] }, /^rows\/0\/clicks is missing/],
  [
    'an input that nobody knows',
    { rows: [{ clicks: 1, spend: 1, age: 3 }] },
    /^rows\/0\/age is one too many: a row is to have clicks, spend$/,
  ],
  ['an inherited one', { rows: [{ clicks: 1, constructor: 1 }] }, /spend is missing/],
  ['a way into the prototype', '{"rows": [{"clicks": 1, "spend": 1, "__proto__": 1}]}', /JSON/],
  ['a property that nobody knows', { rows: [{ clicks: 1, spend: 1 }], model: 'x' }, /additional/],
  [
    'a fallback without an output',
    { rows: [{ clicks: 1, spend: 1 }], fallback: {} },
    /^fallback\/sum has to be/,
  ],
  [
    'a fallback of another kind',
    { rows: [{ clicks: 1, spend: 1 }], fallback: { sum: 'none' } },
    /^fallback\/sum has to be a number/,
  ],
  [
    'a fallback for what is no output',
    { rows: [{ clicks: 1, spend: 1 }], fallback: { sum: 1, total: 2 } },
    /^fallback\/total is no output/,
  ],
  [
    'a policy without its fallback',
    { rows: [{ clicks: 1, spend: 1 }], onMissing: 'fallback' },
    /there is none/,
  ],
  ['a policy that nobody knows', { rows: [{ clicks: 1, spend: 1 }], onMissing: 'guess' }, /onMissing/],
]

test('what is invalid is refused, and changes nothing', async t => {
  const models = sums()
  const server = await modelServer(t, models)
  for (const [what, body, detail] of bad) {
    const problem = await problemOf(await server.score('sums', body))
    assert.deepEqual([problem.status, problem.code], [400, 'HR_REQUEST_INVALID'], what)
    assert.match(problem.detail, detail, what)
    assert.equal(models.runs.length, 0, what)
  }
  assert.equal((await server.score('sums', { rows: [{ clicks: 1, spend: 1 }] })).status, 200)
})

test('vectors of another length, or with what is no number', async t => {
  const models = new ScriptedModels().put('tastes', 1, {
    inputs: { taste: vector(2) },
    outputs: { first: float() },
    score: ({ taste }) => ({ first: (taste as Float32Array)[0] }),
  })
  const server = await modelServer(t, models)
  for (const taste of [[1], [1, 2, 3], [1, 'x'], [1, null], 1, 'ab', { 0: 1, 1: 2 }, [1, 1e300]]) {
    const problem = await problemOf(await server.score('tastes', { rows: [{ taste }] }))
    assert.deepEqual([problem.code, problem.status], ['HR_REQUEST_INVALID', 400], JSON.stringify(taste))
    assert.match(problem.detail, /^rows\/0\/taste has to be 2 numbers/)
  }
})

test('too many rows, a body that is too large, one of another type', async t => {
  const models = sums()
  const server = await modelServer(t, models)
  const rows = Array.from({ length: limits.serverScoreRows + 1 }, () => ({ clicks: 1, spend: 1 }))
  const many = await problemOf(await server.score('sums', { rows }))
  assert.deepEqual([many.status, many.code], [413, 'HR_REQUEST_TOO_LARGE'])
  const large = await problemOf(await server.score('sums', ' '.repeat(limits.serverBodyBytes + 1)))
  assert.deepEqual([large.status, large.code], [413, 'HR_REQUEST_TOO_LARGE'])
  const text = await problemOf(await server.score('sums', 'rows', { 'content-type': 'text/plain' }))
  assert.equal(text.status, 415)
  assert.equal(models.runs.length, 0)
  assert.equal((await resultsOf(await server.score('sums', { rows: rows.slice(1) }))).length, 1000)
})

test('rows with a null are refused, skipped, or answered by the fallback, as the request says', async t => {
  const models = sums()
  const server = await modelServer(t, models)
  const rows = [
    { clicks: 1, spend: 1 },
    { clicks: null, spend: 2 },
    { clicks: 3, spend: 3 },
  ]
  const refused = await problemOf(await server.score('sums', { rows }))
  assert.deepEqual([refused.status, refused.code], [422, 'HR_MODEL_INPUT'])
  assert.match(refused.detail, /^row 1 has no value for clicks: it is null$/)
  assert.equal(models.runs.length, 0)
  const [one, two, three] = await resultsOf(await server.score('sums', { rows, onMissing: 'skip' }))
  assert.deepEqual([one.outputs, three.outputs], [{ sum: 2 }, { sum: 6 }])
  assert.deepEqual(two, { outputs: null, modelVersion: null, fallback: null, missing: { clicks: 'null' } })
  const fallback = { sum: -1 }
  const answered = await resultsOf(await server.score('sums', { rows, onMissing: 'fallback', fallback }))
  assert.deepEqual(answered[1], {
    outputs: { sum: -1 },
    modelVersion: null,
    fallback: 'missing',
    missing: { clicks: 'null' },
  })
  assert.deepEqual(answered[2].outputs, { sum: 6 })
  assert.deepEqual(
    models.runs.map(({ rows }) => rows),
    [2, 2],
  )
})

test('answers as Arrow', async t => {
  const server = await modelServer(t, sums())
  const accept = 'application/vnd.apache.arrow.stream'
  const rows = [
    { clicks: 2, spend: 0.5 },
    { clicks: null, spend: 1 },
  ]
  const response = await server.score('sums', { rows, onMissing: 'skip' }, { accept })
  assert.equal(response.headers.get('content-type'), accept)
  const answer = tableFromIPC(new Uint8Array(await response.arrayBuffer()))
  assert.deepEqual(
    answer.toArray().map(row => ({ ...row?.toJSON() })),
    [
      { sum: 2.5, modelVersion: 3n, fallback: null },
      { sum: null, modelVersion: null, fallback: null },
    ],
  )
})
