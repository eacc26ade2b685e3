import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { isHeadraceError } from '../../../engine/errors.ts'
import { identityModel } from '../../support/identity-model.ts'
import { ModelDirectory } from '../../support/model-directory.ts'

const bytes = identityModel([{ from: 'x', to: 'y', type: 'float32' }])
const card = { inputs: [{ tensor: 'x', column: 'x' }], outputs: [{ column: 'y', tensor: 'y' }] }

function filled(t: Pick<TestContext, 'after'>): ModelDirectory {
  const directory = new ModelDirectory(t)
  for (const version of [1, 2, 10]) directory.write('m', version, bytes, card)
  return directory
}

test('versions are listed in the order of their numbers, models by name', async t => {
  const directory = filled(t)
  directory.write('a', 1, bytes, card)
  const { folder } = directory.models
  assert.deepEqual(await folder.models(), ['a', 'm'])
  assert.deepEqual(await folder.versions('m'), [1, 2, 10])
  assert.equal(await folder.servingOrNone('m'), undefined)
})

test('a version serves from its promotion on; each change is told from the one before', async t => {
  const { models, dir } = filled(t)
  await models.folder.promote('m', 1)
  const first = await models.serving('m')
  await models.folder.promote('m', 1)
  const again = await models.serving('m')
  assert.deepEqual([first.version, first.shadow], [1, null])
  assert.notEqual(again.revision, first.revision)
  assert.equal((await models.serving('m')).revision, again.revision)
  assert.equal(readFileSync(path.join(dir, 'm', 'serving.json'), 'utf8'), '{"version":1,"shadow":null}\n')
})

test('a shadow stays when another version is promoted, unless it is that one', async t => {
  const { models } = filled(t)
  const { folder } = models
  const now = async () => {
    const { version, shadow } = await models.serving('m')
    return [version, shadow]
  }
  await folder.promote('m', 1)
  await folder.setShadow('m', 10)
  await folder.promote('m', 2)
  assert.deepEqual(await now(), [2, 10])
  await folder.promote('m', 10)
  assert.deepEqual(await now(), [10, null])
  await assert.rejects(folder.setShadow('m', 10), error => isHeadraceError(error, 'HR_CONFIG_INVALID'))
  await assert.rejects(folder.setShadow('m', 3), error => isHeadraceError(error, 'HR_MODEL_UNKNOWN'))
  await folder.setShadow('m', 1)
  await folder.setShadow('m', null)
  assert.deepEqual(await now(), [10, null])
})

test('a serving.json that says something else is refused', async t => {
  const { models, dir } = filled(t)
  const write = (text: string) => writeFileSync(path.join(dir, 'm', 'serving.json'), text)
  for (const text of [
    '{',
    '[]',
    '{"version":0}',
    '{"version":1.5}',
    '{"version":1,"shadow":"2"}',
    '{"version":1,"next":2}',
  ]) {
    write(text)
    await assert.rejects(
      models.serving('m'),
      error => isHeadraceError(error, 'HR_MODEL_CARD') && error.message.includes('serving.json'),
    )
  }
  write('{"version":2}')
  const { version, shadow } = await models.serving('m')
  assert.deepEqual([version, shadow], [2, null])
})

test('what a job would call a version is told by its tensors and examples', async t => {
  const directory = new ModelDirectory(t)
  const all = identityModel([
    { from: 'x', to: 'y', type: 'float32', dims: [2] },
    { from: 'v', to: 'w', type: 'float64', dims: [3] },
    { from: 's', to: 't', type: 'string' },
    { from: 'b', to: 'c', type: 'bool' },
  ])
  directory.write('m', 1, all, {
    description: 'as it was',
    inputs: [
      { tensor: 'x', columns: ['p', 'q'] },
      ...['v', 's', 'b'].map(name => ({ tensor: name, column: name })),
    ],
    outputs: ['y', 'w', 't', 'c'].map(name => ({ column: name, tensor: name })),
  })
  const { inputs, outputs, description } = await directory.models.describe('m', 1)
  const kinds = (fields: typeof inputs) =>
    Object.entries(fields).map(([name, { kind, size }]) => [name, kind, size])
  assert.equal(description, 'as it was')
  assert.deepEqual(kinds(inputs), [
    ['p', 'double', undefined],
    ['q', 'double', undefined],
    ['v', 'vector', 3],
    ['s', 'string', undefined],
    ['b', 'boolean', undefined],
  ])
  assert.deepEqual(kinds(outputs), [
    ['y', 'vector', 2],
    ['w', 'vector', 3],
    ['t', 'string', undefined],
    ['c', 'int', undefined],
  ])
  assert.equal((await directory.models.check('m', 1)).examples, 0)
})
