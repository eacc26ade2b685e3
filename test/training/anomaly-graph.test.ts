import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { exportAnomaly } from '../../training/anomaly-graph.ts'
import { scoreRows, trainAnomaly } from '../../training/anomaly-model.ts'
import { GaussianRows } from '../support/gaussian-rows.ts'

test('the exported model scores as the trained one does', async () => {
  const fields = 5
  const rows = new GaussianRows(3, fields)
  const measures = ['root', 'plain', 'root'] as const
  const model = trainAnomaly(rows.next(20_000), { seed: 5, measures })
  const session = await InferenceSession.create(exportAnomaly(model).bytes)
  for (const data of [rows.next(2000), rows.nextWithOutliers(500, 4), rows.nextWithOutliers(500, 1000)]) {
    const features = new Tensor('float32', data.values, [data.rows, fields])
    const { score, severity, deviations } = await session.run({ features })
    const own = scoreRows(model, data)
    assert.deepEqual(
      [score.dims, severity.dims, deviations.dims],
      [[data.rows], [data.rows], [data.rows, fields]],
    )
    own.scores.forEach((expected, row) => {
      assert.ok(Math.abs(expected - Number(score.data[row])) < 1e-6)
    })
    assert.deepEqual(Array.from(severity.data, Number), [...own.severities])
    own.deviations.values.forEach((expected, at) => {
      assert.ok(Math.abs(expected - Number(deviations.data[at])) <= 1e-5 * Math.max(1, Math.abs(expected)))
    })
  }
  await session.release()
})
