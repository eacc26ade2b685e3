import assert from 'node:assert/strict'
import { test } from 'node:test'
import { job, sink, source, topic } from '../../../engine/index.ts'
import { ReferenceSample } from '../../../operators/drift/reference-sample.ts'
import { drift } from '../../../operators/index.ts'
import { testJob } from '../../../testing/test-job.ts'
import type { Reading as ReadingRow } from '../../support/drift-job.ts'
import { calm, driftJob, Reading, referenceOf, rowsOf, statistics } from '../../support/drift-job.ts'

test('options and references that make no sense are refused before anything is read', () => {
  const options = { reference: calm, fields: ['value'], every: 100 } as const
  const refused = (changes: object, error: RegExp) =>
    assert.throws(() => drift<ReadingRow>('watch', { ...options, ...changes } as never), error)
  refused({ fields: [] }, /HR_CONFIG_INVALID: fields of "watch"/)
  refused({ fields: ['value', 'value'] }, /each once/)
  refused({ tests: {} }, /tests of "watch": one or more of psi, ks, adwin, pageHinkley/)
  refused({ tests: { cusum: true } }, /one or more of psi/)
  refused({ tests: { adwin: { delta: 2 } } }, /delta of adwin/)
  refused({ tests: { psi: { atLeast: -1 } } }, /atLeast/)
  refused({ tests: { pageHinkley: { minInstances: 0, delta: 0, threshold: 1 } } }, /pageHinkley has/)
  refused({ every: 0 }, /every of "watch"/)
  refused({ every: { rows: 0.5 } }, /every of "watch"/)
  refused({ runLength: { rows: 0 } }, /runLength of "watch"/)
  refused({ reference: { first: 0 } }, /reference.first of "watch"/)
  refused({ reference: { ...calm, format: 2 } }, /HR_REFERENCE_INVALID.*format 2/)
  refused({ reference: { ...calm, rows: 1 } }, /HR_REFERENCE_INVALID.*changed by hand/)
  const value = calm.fields.value as object
  for (const broken of [{ counts: [1] }, { edges: [1] }, { count: 3 }, { kind: 'text' }, { mean: '1' }]) {
    refused(
      { reference: { ...calm, fields: { value: { ...value, ...broken } } } },
      /HR_REFERENCE_INVALID.*"value"/,
    )
  }
})

test('columns and references that do not fit each other are refused before anything is read', async () => {
  const starts = (options: object) => testJob(driftJob(options as never)).output('statistics')
  const usual = { reference: calm, every: 100 }
  await assert.rejects(starts({ ...usual, fields: ['other'] }), /HR_COLUMN_UNKNOWN.*no "other"/)
  const of = referenceOf(rowsOf(1, 100))
  const without = new ReferenceSample(Reading, ['steps'], 'watch').reference()
  await assert.rejects(
    starts({ ...usual, reference: without, fields: ['value'] }),
    /HR_REFERENCE_INVALID.*has steps/,
  )
  const { fields: _, ...rest } = of
  await assert.rejects(
    starts({ ...usual, reference: rest, fields: ['value'] }),
    /HR_REFERENCE_INVALID.*no fields/,
  )
})

test('more open stretches than there may be end the job', async () => {
  const rows = rowsOf(1, 1200).map((row, nth) => ({ ...row, at: nth * 10 }))
  const wide = job('wide', () => {
    source('readings', topic('readings', Reading, { time: 'at', lateness: '1d' })).pipe(
      drift('watch', { reference: calm, fields: ['value'], every: 10 }),
      sink('statistics', statistics),
    )
  })
  await assert.rejects(testJob(wide).push('readings', rows).output('statistics'), /HR_DRIFT_STRETCHES.*watch/)
})
