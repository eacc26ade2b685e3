import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { assertProperty, seed } from './property.ts'

test('a property that holds passes, synchronous or not', async () => {
  await assertProperty(fc.property(fc.integer(), n => n - n === 0))
  await assertProperty(fc.asyncProperty(fc.integer(), async n => n - n === 0))
})

test('a property that fails names the seed that repeats it', async () => {
  const impossible = fc.property(fc.integer(), () => false)
  await assert.rejects(assertProperty(impossible), new RegExp(`HEADRACE_SEED=${seed}`))
})

test('the same seed gives the same cases', async () => {
  assert.deepEqual(await collectCases(), await collectCases())
})

async function collectCases(): Promise<number[]> {
  const cases: number[] = []
  const collect = fc.property(fc.integer(), n => {
    cases.push(n)
  })
  await assertProperty(collect, 20)
  return cases
}
