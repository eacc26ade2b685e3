import assert from 'node:assert/strict'
import { test } from 'node:test'
import { int, job, record, sink, source, string, topic } from '../../engine/index.ts'
import type { SampleOptions } from '../../operators/index.ts'
import { sample } from '../../operators/index.ts'
import { checkCuts, outputOf } from '../support/operator-cases.ts'

interface Row {
  readonly n: number
  readonly name: string
}
const Row = record('Row', { n: int(), name: string() })
const rows = Array.from({ length: 4000 }, (_, k) => ({ n: k % 500, name: `name ${k % 400}` }))

function sampled(options: SampleOptions<'n' | 'name'>) {
  return job('sampled', () => {
    source('rows', topic('rows', Row)).pipe(sample(options), sink('out', topic('out', Row)))
  })
}

const pick = (options: SampleOptions<'n' | 'name'>) => outputOf<Row>(sampled(options), { rows }, 'out')

test('keeps about the share that was asked for, the same rows under every cut', async () => {
  const some = rows.slice(0, 200)
  for (const by of [undefined, 'n', 'name', ['n', 'name']] as const) {
    const options = { fraction: 0.25, ...(by !== undefined && { by }) }
    const kept = await pick(options)
    assert.ok(Math.abs(kept.length / rows.length - 0.25) < 0.06, `${by}: ${kept.length} of ${rows.length}`)
    const expected = await outputOf(sampled(options), { rows: some }, 'out')
    await checkCuts(sampled(options), { rows: some }, { out: expected }, { runs: 2 })
  }
})

test('all rows of a key or none, and a larger share has all of a smaller one', async () => {
  const few = new Set((await pick({ fraction: 0.1, by: 'name' })).map(row => row.name))
  const more = new Set((await pick({ fraction: 0.4, by: 'name' })).map(row => row.name))
  assert.ok(few.size > 0 && few.isSubsetOf(more))
  const whole = await pick({ fraction: 0.1, by: 'name' })
  assert.equal(whole.length, rows.filter(row => few.has(row.name)).length)
})

test('none and all', async () => {
  assert.deepEqual(await pick({ fraction: 0 }), [])
  assert.deepEqual(await pick({ fraction: 1 }), rows)
})

test('a share is a number from 0 to 1', () => {
  for (const fraction of [-0.1, 1.1, Number.NaN]) {
    assert.throws(() => sample({ fraction }), /HR_CONFIG_INVALID: fraction of sample/)
  }
})
