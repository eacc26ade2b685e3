import assert from 'node:assert/strict'
import { appendFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import type { ScorerFigures } from '../../engine/models/scorer-figures.ts'
import { CliFolder } from '../support/cli.ts'
import { identityModel } from '../support/identity-model.ts'
import { ModelDirectory } from '../support/model-directory.ts'
import { answerOf, writeAdder } from '../support/scoring-jobs.ts'
import { ScoringPlace } from '../support/scoring-place.ts'

const bytes = identityModel([{ from: 'x', to: 'y', type: 'float32', dims: [2] }])
const card = {
  description: 'gives back what it gets',
  inputs: [{ tensor: 'x', columns: ['clicks', 'spend'] }],
  outputs: [{ column: 'same', tensor: 'y' }],
  parity: {
    inputs: { clicks: [1, 2], spend: [3, 4] },
    outputs: {
      same: [
        [1, 3],
        [2, 4],
      ],
    },
    tolerance: 0,
  },
  metrics: { auc: 0.97 },
  data: { rows: 120 },
  parameters: { trees: 100, features: ['clicks', 'spend'] },
}

function filled(t: TestContext): {
  folder: CliFolder
  directory: ModelDirectory
  run: (line: string) => ReturnType<CliFolder['run']>
} {
  const folder = new CliFolder(t)
  const directory = new ModelDirectory(t)
  for (const version of [1, 2]) directory.write('echo', version, bytes, card)
  const run = (line: string) => folder.run([...line.split(' '), '--models', directory.dir])
  return { folder, directory, run }
}

test('models are listed with their versions, what serves, and what is wrong with one', async t => {
  const { directory, run } = filled(t)
  directory.write('echo', 3, bytes, { ...card, owner: 'ann' })
  await run('models promote echo 1')
  await run('models shadow echo 2')
  const { code, out } = await run('models ls')
  assert.equal(code, 0)
  assert.deepEqual(out.split('\n').slice(0, 4), [
    'model  version           created               description',
    'echo         1  serving  2026-11-21T14:00:00Z  gives back what it gets',
    'echo         2  shadow   2026-11-21T14:00:00Z  gives back what it gets',
    'echo         3                                 HR_MODEL_CARD',
  ])
  const rows = (await run('models ls --json')).json()
  assert.deepEqual(rows[1], {
    model: 'echo',
    version: 2,
    role: 'shadow',
    createdAt: '2026-11-21T14:00:00Z',
    description: card.description,
    fault: null,
  })
  assert.equal(rows.length, 3)
})

test('a version is shown with its columns, and what is known of its making', async t => {
  const { run } = filled(t)
  const { code, out } = await run('models show echo --version 2')
  assert.equal(code, 0)
  for (const line of [
    'echo, version 2, made 2026-11-21T14:00:00Z; 2 examples',
    'gives back what it gets',
    'input   clicks  x',
    'output  same    y',
    'auc      0.97',
    'features    ["clicks","spend"]',
  ]) {
    assert.ok(out.split('\n').includes(line), `${line} in\n${out}`)
  }
  const [shown] = (await run('models show echo --version 2 --json')).json()
  assert.deepEqual(shown.metrics, card.metrics)
})

test('a version is loaded to check it, and what is not sound is neither promoted nor put into the shadow', async t => {
  const { directory, run } = filled(t)
  const sound = await run('models check echo --version 1')
  assert.equal(sound.code, 0)
  assert.match(sound.out, /^version 1 of echo is sound: 2 examples are answered as they should be\n/)
  assert.equal((await run('models promote echo 1')).out, 'version 1 of echo serves\n')
  const [checked] = (await run('models check echo --json')).json()
  assert.deepEqual([checked.version, checked.examples], [1, 2])
  appendFileSync(directory.file('echo', 2, 'model.onnx'), 'x')
  for (const line of ['models check echo --version 2', 'models promote echo 2', 'models shadow echo 2']) {
    const { code, err } = await run(line)
    assert.equal(code, 78, line)
    assert.match(err, /^HR_MODEL_DAMAGED/)
  }
  const { version, shadow } = await directory.models.serving('echo')
  assert.deepEqual([version, shadow], [1, null])
})

test('versions are promoted one after the other, and the shadow comes and goes', async t => {
  const { run } = filled(t)
  assert.equal((await run('models promote echo 1')).out, 'version 1 of echo serves\n')
  assert.equal((await run('models promote echo 2')).out, 'version 2 of echo serves instead of version 1\n')
  assert.equal((await run('models shadow echo 1')).out, 'version 1 of echo is in the shadow\n')
  assert.equal((await run('models shadow echo none')).out, 'no version of echo is in the shadow\n')
  assert.match((await run('models promote echo one')).err, /the version is "one"/)
  assert.match((await run('models promote echo 9')).err, /HR_MODEL_UNKNOWN: model "echo" has no version 9/)
})

test('a deployment names the directory in its configuration; it is in the data directory otherwise', async t => {
  const { folder, directory } = filled(t)
  assert.match((await folder.run('models ls')).out, /^no models in .*\.headrace\/models\n$/)
  const env = { HEADRACE_MODELS: directory.dir }
  assert.match((await folder.run('models ls', { env })).out, /echo/)
  writeFileSync(
    path.join(folder.path, 'headrace.config.ts'),
    `export default { modelsDir: '${directory.dir}' }`,
  )
  assert.match((await folder.run('models ls')).out, /echo/)
})

for (const workers of [1, 2]) {
  test(`a job scores with the models of its deployment, with ${workers} workers`, async t => {
    const place = new ScoringPlace(t)
    await place.write(0, 2000)
    await writeAdder(place.models.folder.dir, 2)
    await place.models.folder.promote('adder', 2)
    const folder = new CliFolder(t)
    folder.write(
      'job.ts',
      `import { scoringJob } from '@/test/support/scoring-jobs.ts'\nexport default scoringJob()\n`,
    )
    const { code, err, json } = await folder.run([
      ...['run', 'job.ts', '--no-check', '--until', 'end', '--json', '--workers', String(workers)],
      ...['--data', place.log.dir, '--models', place.models.folder.dir],
    ])
    assert.equal(code, 0, err)
    const [summary] = json<{ scores: Record<string, ScorerFigures> }>().slice(-1)
    const { model, version, rows } = summary.scores.answers
    assert.deepEqual([model, version, rows], ['adder', 2, 2000])
    const rowsOut = (await place.answers()).flat()
    assert.equal(rowsOut.length, 2000)
    for (const { value, answer, modelVersion } of rowsOut) {
      assert.deepEqual([answer, modelVersion], [answerOf(value, 2), 2])
    }
  })
}
