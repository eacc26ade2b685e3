import assert from 'node:assert/strict'
import { test } from 'node:test'
import { plan } from '../../../engine/graph/plan.ts'
import { withParameters } from '../../../engine/index.ts'
import { severities } from '../../../jobs/clickstream/models.ts'
import { ShopGenerator } from '../../../jobs/clickstream/shop-generator.ts'
import clickstream from '../../../jobs/clickstream.ts'
import { testJob } from '../../../testing/index.ts'
import { modelsForTests } from './models-for-tests.ts'

const startMs = 1_767_225_600_000

test('only windows of at least the severity that is set are told as anomalies', async () => {
  const made = new ShopGenerator({ seed: 8, startMs, perSecond: 1000 }).next(60_000)
  const found: Record<string, number> = {}
  for (const severity of severities.slice(1)) {
    const driver = testJob(withParameters(clickstream, { severity }), { models: modelsForTests() })
    driver
      .push('clicks', made.clicks)
      .push('purchases', made.purchases)
      .advanceTo(startMs + 10_000_000)
    await driver
    found[severity] = (await driver.output('clickstream.anomalies')).length
    await driver.close()
  }
  // All that the model of the tests finds is of medium severity.
  assert.ok(found.low > 0)
  assert.deepEqual(found, { low: found.low, medium: found.low, high: 0, critical: 0 })
})

test('the lateness is that of both topics', () => {
  const latenesses = (job: typeof clickstream) =>
    plan(job).stages.flatMap(({ inputs }) =>
      inputs.filter(({ from }) => from === undefined).map(({ source }) => source.latenessMs),
    )
  assert.deepEqual(latenesses(clickstream), [2000, 2000])
  assert.deepEqual(latenesses(withParameters(clickstream, { lateness: '500ms' })), [500, 500])
})
