import assert from 'node:assert/strict'
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import type { ErrorCode } from '../../../engine/error-codes.ts'
import { isHeadraceError } from '../../../engine/errors.ts'
import type { Fields } from '../../../engine/index.ts'
import { double, float, int, model, string, vector } from '../../../engine/index.ts'
import type { Pass } from '../../support/identity-model.ts'
import { identityModel } from '../../support/identity-model.ts'
import type { WrittenCard } from '../../support/model-directory.ts'
import { ModelDirectory } from '../../support/model-directory.ts'

const passes: Pass[] = [
  { from: 'x', to: 'y', type: 'float32', dims: [2] },
  { from: 'k', to: 'n', type: 'int64' },
]
const inputs = { a: double(), b: double(), k: int() }
const outputs = { y: vector(2), n: int() }
const card: WrittenCard = {
  inputs: [
    { tensor: 'x', columns: ['a', 'b'] },
    { tensor: 'k', column: 'k' },
  ],
  outputs: [
    { column: 'y', tensor: 'y' },
    { column: 'n', tensor: 'n' },
  ],
  parity: { inputs: { a: [1], b: [2], k: [3] }, outputs: { y: [[1, 2]], n: [3] }, tolerance: 0 },
}

interface Changes {
  readonly passes?: readonly Pass[]
  readonly card?: Readonly<Record<string, unknown>>
  readonly inputs?: Fields
  readonly outputs?: Fields
}

async function load(
  t: TestContext,
  changes: Changes,
  tamper?: (directory: ModelDirectory) => void,
): Promise<void> {
  const directory = new ModelDirectory(t)
  directory.write('m', 1, identityModel(changes.passes ?? passes), { ...card, ...changes.card })
  tamper?.(directory)
  const named = model('m', { inputs: changes.inputs ?? inputs, outputs: changes.outputs ?? outputs })
  const loaded = await directory.models.load(named, 1)
  await loaded.close()
}

function refusal(code: ErrorCode, message: RegExp) {
  return (error: unknown) => {
    assert.ok(isHeadraceError(error, code), String(error))
    assert.match(error.message, message)
    return true
  }
}

test('a version that fits is loaded', async t => {
  await load(t, {})
})

const misfits: readonly [string, Changes, RegExp][] = [
  [
    'a tensor that is not there',
    {
      card: {
        inputs: [
          { tensor: 'z', columns: ['a', 'b'] },
          { tensor: 'k', column: 'k' },
        ],
      },
    },
    /the input tensor "x": expected columns for it, found none/,
  ],
  [
    'an output that is not there',
    {
      card: {
        outputs: [
          { column: 'y', tensor: 'z' },
          { column: 'n', tensor: 'n' },
        ],
      },
    },
    /the output tensor "z": expected one of y, n, found no such tensor/,
  ],
  [
    'a column that the job does not give',
    { inputs: { a: double(), k: int() } },
    /the input "b": expected that the job gives it, found a, k/,
  ],
  [
    'a column of the job that it does not take',
    { inputs: { ...inputs, c: double() } },
    /the input "c" of the job: expected one of a, b, k/,
  ],
  [
    'an output of the job that it does not give',
    { outputs: { ...outputs, score: float() } },
    /the output "score" of the job: expected one of y, n/,
  ],
  [
    'text among numbers',
    { inputs: { ...inputs, a: string() } },
    /the column "a" of the tensor "x": expected boolean, int, long, float, double for elements of float32, found string/,
  ],
  [
    'a fraction for whole numbers',
    { inputs: { ...inputs, k: double() } },
    /the column "k" of the tensor "k": expected boolean, int, long for elements of int64, found double/,
  ],
  [
    'too few columns',
    {
      card: {
        parity: undefined,
        inputs: [
          { tensor: 'x', columns: ['a'] },
          { tensor: 'k', columns: ['k'] },
        ],
      },
      inputs: { a: double(), k: int() },
    },
    /for "a": expected \[N\] or \[N, 1\], found \[N, 2\]/,
  ],
  [
    'a vector of another size',
    { outputs: { ...outputs, y: vector(3) } },
    /"y": expected \[N, 3\], found \[N, 2\]/,
  ],
  [
    'floats for a whole number',
    { outputs: { y: int(), n: int() } },
    /the output "y" of kind int, the tensor "y": expected elements of int64, int32, bool, found float32/,
  ],
  [
    'a number of rows of its own',
    { passes: [{ ...passes[0], rows: 1 } as Pass, passes[1] as Pass] },
    /a first dimension that is free, for the rows, found \[1, 2\]/,
  ],
  [
    'elements of another type',
    { passes: [passes[0] as Pass, { ...passes[1], type: 'uint8' } as Pass] },
    /elements of float32, float64, int64, int32, bool, string, found uint8/,
  ],
]

for (const [what, changes, message] of misfits) {
  test(`${what} is refused`, async t => {
    await assert.rejects(load(t, changes), refusal('HR_MODEL_MISFIT', message))
  })
}

const parity = card.parity as Readonly<Record<string, object>>
const cards: readonly [string, Readonly<Record<string, unknown>>, RegExp][] = [
  ['a key that is not known', { owner: 'ann' }, /owner is not known: allowed is the keys format, name/],
  ['a later format', { format: 2 }, /format is of a later Headrace: allowed is 1/],
  ['no checksum', { sha256: 'abc' }, /sha256 is "abc": allowed is a text like/],
  ['no time', { createdAt: 'yesterday' }, /createdAt is "yesterday"/],
  ['no inputs', { inputs: [] }, /inputs is \[\]: allowed is a list that is not empty/],
  [
    'an input both ways',
    { inputs: [{ tensor: 'x', column: 'a', columns: ['a'] }] },
    /inputs\[0\]\.column is there beside columns/,
  ],
  ['a column twice', { inputs: [{ tensor: 'x', columns: ['a', 'a'] }] }, /inputs has the column "a" twice/],
  [
    'a tensor twice',
    {
      inputs: [
        { tensor: 'x', column: 'a' },
        { tensor: 'x', column: 'b' },
      ],
    },
    /inputs has the tensor "x" twice/,
  ],
  ['an output without a column', { outputs: [{ tensor: 'y' }] }, /outputs\[0\]\.column is missing/],
  [
    'examples of different lengths',
    { parity: { ...parity, outputs: { y: [[1, 2]], n: [] } } },
    /parity\.outputs\.n is \[\]/,
  ],
  [
    'examples of an unknown column',
    { parity: { ...parity, inputs: { ...parity.inputs, c: [1] } } },
    /parity\.inputs\.c is not known/,
  ],
  [
    'an example of another type',
    { parity: { ...parity, inputs: { a: ['one'], b: [2], k: [3] } } },
    /parity\.inputs\.a\[0\] is "one": it is no double/,
  ],
  [
    'another name',
    { name: 'other' },
    /it is of version 1 of "other", and lies where version 1 of "m" belongs/,
  ],
  ['metrics that are a list', { metrics: [] }, /metrics is no object/],
]

for (const [what, changes, message] of cards) {
  test(`a model.json with ${what} is refused`, async t => {
    await assert.rejects(load(t, { card: changes }), refusal('HR_MODEL_CARD', message))
  })
}

test('what is no JSON, or not there, is refused', async t => {
  const spoilt = load(t, {}, directory => writeFileSync(directory.file('m', 1, 'model.json'), '{'))
  await assert.rejects(spoilt, refusal('HR_MODEL_CARD', /it is no JSON/))
  const missing = load(t, {}, directory => rmSync(directory.file('m', 1, 'model.json')))
  await assert.rejects(missing, refusal('HR_MODEL_CARD', /it is missing \(file .*model\.json\)/))
})

test('another file than the one that was checked is refused', async t => {
  const changed = load(t, {}, directory => appendFileSync(directory.file('m', 1, 'model.onnx'), 'x'))
  await assert.rejects(changed, refusal('HR_MODEL_DAMAGED', /its sha256 is [0-9a-f]{64}: model\.json says/))
  const missing = load(t, {}, directory => rmSync(directory.file('m', 1, 'model.onnx')))
  await assert.rejects(missing, refusal('HR_MODEL_DAMAGED', /ENOENT/))
})

test('a file that is no model is refused in the words of the runtime', async t => {
  const directory = new ModelDirectory(t)
  directory.write('m', 1, Buffer.from('not a model'), card)
  const loading = directory.models.load(model('m', { inputs, outputs }), 1)
  await assert.rejects(loading, refusal('HR_MODEL_RUNTIME', /protobuf/i))
})

test('answers that are not those of the examples are refused', async t => {
  const wrong = { parity: { ...parity, outputs: { y: [[1, 2.5]], n: [3] } } }
  await assert.rejects(
    load(t, { card: wrong }),
    refusal('HR_MODEL_PARITY', /example 0 of "y", element 1 is 2: expected is 2.5, give or take 0/),
  )
  await load(t, { card: { parity: { ...wrong.parity, tolerance: 0.25 } } })
  await load(t, { card: { parity: undefined } })
})

test('versions and models that are not there are named, with those that are', async t => {
  const directory = new ModelDirectory(t)
  const named = model('m', { inputs, outputs })
  const { models } = directory
  await assert.rejects(
    models.serving('m'),
    refusal('HR_MODEL_UNKNOWN', /there is no model "m": there are none/),
  )
  directory.write('m', 2, identityModel(passes), card)
  directory.write('n', 1, identityModel(passes), card)
  await assert.rejects(
    models.load(named, 3),
    refusal('HR_MODEL_UNKNOWN', /"m" has no version 3: there are 2/),
  )
  await assert.rejects(
    models.serving('m'),
    refusal('HR_MODEL_UNKNOWN', /none of the versions of model "m" serves: there are 2/),
  )
  await assert.rejects(
    models.serving('o'),
    refusal('HR_MODEL_UNKNOWN', /there is no model "o": there are m, n/),
  )
  await assert.rejects(models.serving('..'), refusal('HR_MODEL_UNKNOWN', /"\.\." is no name of a model/))
  await assert.rejects(models.folder.promote('m', 7), refusal('HR_MODEL_UNKNOWN', /no version 7/))
  mkdirSync(directory.file('empty', 1, '.'), { recursive: true })
  await assert.rejects(models.folder.promote('empty', 1), refusal('HR_MODEL_CARD', /it is missing/))
})
