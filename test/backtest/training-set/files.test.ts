import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { OutputFile } from '../../../backtest/training-set/output-file.ts'
import { openRowFile } from '../../../backtest/training-set/row-file.ts'
import type { Field, Fields } from '../../../engine/batch/schema.ts'
import { makeSchema } from '../../../engine/batch/schema.ts'
import {
  bigint,
  boolean,
  double,
  float,
  int,
  long,
  string,
  timestamp,
  vector,
} from '../../../engine/index.ts'
import { scratchDirectory } from '../../support/services/scratch-directory.ts'
import { readTableFile } from '../../support/services/table-reader.ts'

const orNull = (fields: Fields): Fields =>
  Object.fromEntries(
    Object.entries(fields).map(([name, field]): [string, Field] => [name, { ...field, nullable: true }]),
  )

const schema = makeSchema(
  'TrainingSet',
  orNull({
    flag: boolean(),
    small: int(),
    whole: long(),
    large: bigint(),
    single: float(),
    number: double(),
    text: string(),
    at: timestamp(),
    place: vector(3),
  }),
)

const rows: readonly Record<string, unknown>[] = [
  {
    flag: true,
    small: -7,
    whole: 2 ** 53 - 1,
    large: -(2n ** 63n),
    single: 0.5,
    number: 0.1,
    text: 'grüß, "gott"\n',
    at: 1_767_225_600_123,
    place: Float32Array.of(1, -2, 0.25),
  },
  Object.fromEntries(schema.names.map(name => [name, null])),
  { ...{ flag: false, small: 0, whole: 0, large: 0n, single: 0, number: -0 }, text: '', at: 0, place: null },
]

const expected = rows.map(({ large, at, place, ...same }) => ({
  ...same,
  large: large === null ? null : Number(large),
  at: at === null ? null : new Date(at as number).toISOString(),
  place: place === null ? null : Array.from(place as Float32Array),
}))

const columnsOf = (some: readonly Record<string, unknown>[]) =>
  schema.names.map(name => some.map(row => row[name]))

async function written(
  name: string,
  groups: readonly (readonly Record<string, unknown>[])[],
): Promise<string> {
  const file = path.join(scratchDirectory('training'), name)
  const out = new OutputFile(file)
  const writing = await openRowFile(path.extname(name), out, schema)
  for (const group of groups) await writing.write(columnsOf(group))
  await writing.finish()
  assert.equal(existsSync(file), false)
  out.keep()
  assert.deepEqual([existsSync(file), existsSync(`${file}.new`)], [true, false])
  return file
}

const asRead = ({ at, ...row }: Readonly<Record<string, unknown>>) => ({
  ...row,
  at: at === null ? null : new Date(at as string).toISOString(),
})

for (const name of ['set.parquet', 'set.arrow']) {
  test(`pyarrow reads every type, and nulls, in ${name}`, async () => {
    const table = await readTableFile(await written(name, [rows, rows.slice(1)]))
    assert.deepEqual(table.groups, [3, 2])
    assert.deepEqual(table.rows.map(asRead), [...expected, ...expected.slice(1)])
    const { place, text, ...types } = table.types
    const common = { flag: 'bool', small: 'int32', whole: 'int64', large: 'int64', single: 'float' }
    assert.deepEqual(types, { ...common, number: 'double', at: 'timestamp[ms, tz=UTC]' })
    assert.match(text, /^string$/)
    assert.match(place, /list<.*: float/)
  })

  test(`pyarrow reads the columns of ${name} without rows`, async () => {
    const table = await readTableFile(await written(name, []))
    assert.deepEqual([table.rows, Object.keys(table.types)], [[], schema.names])
  })
}

test('another reader of Parquet agrees', async () => {
  const file = await asyncBufferFromFile(await written('again.parquet', [rows]))
  const found = await parquetReadObjects({ file })
  assert.deepEqual(
    // Lists that are null are left out by it.
    found.map(({ text, large, place = null }) => ({ text, large, place })),
    rows.map(({ text, large, place }) => ({
      text,
      large,
      place: place && Array.from(place as Float32Array),
    })),
  )
})

test('what is not whole does not get the name, and what had it stays', async () => {
  const file = await written('kept.arrow', [rows])
  const before = readFileSync(file)
  const out = new OutputFile(file)
  out.write(Uint8Array.of(1, 2, 3))
  out.discard()
  assert.deepEqual([readFileSync(file).equals(before), existsSync(`${file}.new`)], [true, false])
  assert.throws(() => new OutputFile(path.join(file, 'below')), { code: 'HR_EXPORT_FILE' })
})
