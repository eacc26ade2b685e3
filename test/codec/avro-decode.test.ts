import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { Field } from '../../engine/batch/schema.ts'
import {
  array,
  bigint,
  boolean,
  bytes,
  decimal,
  double,
  float,
  int,
  long,
  nullable,
  oneOf,
  record,
  string,
  timestamp,
} from '../../engine/batch/schema.ts'
import { avroDecoder } from '../../engine/codec/avro/decode.ts'
import type { AvroSchema } from '../../engine/codec/avro/type.ts'
import { decoded, placed } from '../support/avro-rows.ts'
import { assertProperty } from '../support/property.ts'

/** Reads one field `v` from hexadecimal bytes; the schemas of the two sides may differ. */
function readField(field: Field, hex: string, writerType?: AvroSchema): unknown {
  const schema = record('R', { v: field })
  const writer = { type: 'record', name: 'R', fields: [{ name: 'v', type: writerType }] }
  const decoder = avroDecoder(schema, writerType === undefined ? {} : { writer })
  const results = [0, 64].map(behind => {
    const [row] = decoded(schema, decoder, placed([Buffer.from(hex.replaceAll(' ', ''), 'hex')], { behind }))
    return typeof row === 'string' ? row : (row as { v: unknown }).v
  })
  assert.deepStrictEqual(results[0], results[1])
  return results[0]
}

function varint(value: bigint): string {
  let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n))
  const out: number[] = []
  for (; rest > 127n; rest >>= 7n) out.push(Number(rest & 127n) | 128)
  return Buffer.from([...out, Number(rest)]).toString('hex')
}

describe('bytes by hand', () => {
  test('each type', () => {
    assert.equal(readField(boolean(), '01'), true)
    assert.equal(readField(int(), '01'), -1)
    assert.equal(readField(long(), '8001'), 64)
    assert.equal(readField(timestamp(), varint(1_700_000_000_000n)), 1_700_000_000_000)
    assert.equal(readField(float(), '0000c03f'), 1.5)
    assert.equal(readField(double(), '000000000000f8bf'), -1.5)
    assert.equal(readField(string(), '06 e282ac'), '€')
    assert.deepEqual(readField(bytes(), '04 00ff'), Uint8Array.of(0, 255))
    assert.equal(readField(oneOf('E', ['a', 'b']), '02'), 'b')
    assert.equal(readField(nullable(int()), '00'), null)
    assert.equal(readField(nullable(int()), '02 54'), 42)
    assert.deepEqual(readField(array(int()), '04 02 04 02 06 00'), [1, 2, 3])
  })

  test('an array in blocks that state their size', () => {
    assert.deepEqual(readField(array(int()), '03 04 02 04 02 06 00'), [1, 2, 3])
    const wrong = 'HR_RECORD_UNDECODABLE: R.v: a block has not the size that it states'
    assert.equal(readField(array(int()), '03 02 02 04 02 06 00'), wrong)
    assert.equal(readField(array(int()), '03 03 02 04 02 06 00'), wrong)
  })

  test('decimals', () => {
    const money = decimal(5, 2)
    assert.equal(readField(money, '04 00ff'), '2.55')
    assert.equal(readField(money, '02 fb'), '-0.05')
    assert.equal(readField(money, '0a ffffffffff'), '-0.01')
    const misfit = 'HR_RECORD_UNDECODABLE: R.v: the number does not fit a decimal of 5 digits'
    assert.equal(readField(money, '06 0186a0'), misfit)
    assert.equal(readField(money, '00'), misfit)
    assert.equal(readField(money, '14 7fffffffffffffffffff'), misfit)
  })
})

describe('what is out of range is bad', () => {
  const cases: readonly [string, Field, string, string][] = [
    ['boolean', boolean(), '02', 'HR_RECORD_UNDECODABLE: R.v: a boolean is 0 or 1'],
    [
      'int of more than 32 bits',
      int(),
      'ffffffff1f',
      'HR_RECORD_UNDECODABLE: R.v: the integer has more than 32 bits',
    ],
    [
      'int of six bytes',
      int(),
      '808080808000',
      'HR_RECORD_UNDECODABLE: R.v: the integer has more than 32 bits',
    ],
    [
      'enum',
      oneOf('E', ['a', 'b']),
      '04',
      'HR_RECORD_UNDECODABLE: R.v: the enum has 2 symbols, and none of this number',
    ],
    [
      'enum below zero',
      oneOf('E', ['a']),
      '01',
      'HR_RECORD_UNDECODABLE: R.v: the enum has 1 symbols, and none of this number',
    ],
    [
      'union',
      nullable(int()),
      '04 02',
      'HR_RECORD_UNDECODABLE: R.v: the union has 2 branches, and none of this number',
    ],
    ['length below zero', string(), '01', 'HR_RECORD_UNDECODABLE: R.v: its length is negative'],
    ['length beyond the end', string(), '0a 61', 'HR_RECORD_UNDECODABLE: R.v: the record ends within it'],
    ['bytes behind the end', int(), '02 00', 'HR_RECORD_UNDECODABLE: R: there are bytes behind its end'],
  ]
  for (const [name, field, hex, expected] of cases) {
    test(name, () => {
      assert.equal(readField(field, hex), expected)
    })
  }
})

describe('64 bits', () => {
  const int64 = fc.oneof(
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.maxSafeInteger().map(BigInt),
    fc.constantFrom(
      2n ** 53n - 1n,
      2n ** 53n,
      1n - 2n ** 53n,
      -(2n ** 53n),
      -(2n ** 53n) - 1n,
      2n ** 63n - 1n,
      -(2n ** 63n),
    ),
  )

  test('a bigint is exact', async () => {
    await assertProperty(fc.property(int64, value => assert.equal(readField(bigint(), varint(value)), value)))
  })

  test('a number is exact, or the record is bad', async () => {
    const unsafe = 'HR_NUMBER_UNSAFE: R.v: the integer is beyond 2^53'
    await assertProperty(
      fc.property(int64, fc.constantFrom(long(), timestamp(), double()), (value, field) => {
        const expected = Number.isSafeInteger(Number(value)) ? Number(value) : unsafe
        assert.equal(readField(field, varint(value), 'long'), expected)
      }),
    )
  })

  test('more bytes than needed are no harm, more than ten are', () => {
    assert.equal(readField(long(), '82808080808080808000'), 1)
    assert.equal(readField(bigint(), '82808080808080808000'), 1n)
    const long11 = 'HR_RECORD_UNDECODABLE: R.v: the integer has more than 64 bits'
    assert.equal(readField(long(), '8280808080808080808000'), long11)
    assert.equal(readField(bigint(), 'ffffffffffffffffff03'), long11)
  })

  test('a field that only the writer has may be of any size', () => {
    const reader = record('R', { v: int() })
    const fields = [
      { name: 'x', type: 'long' },
      { name: 'v', type: 'int' },
    ]
    const decoder = avroDecoder(reader, { writer: { type: 'record', name: 'R', fields } })
    const bytes = Buffer.from(`${varint(-(2n ** 63n))}06`, 'hex')
    assert.deepEqual(decoded(reader, decoder, placed([bytes])), [{ v: 3 }])
  })
})

describe('writers of another schema', () => {
  test('either order of a union, a single branch, and branches that do not fit', () => {
    assert.equal(readField(nullable(int()), '00 06', ['int', 'null']), 3)
    assert.equal(readField(nullable(int()), '02', ['int', 'null']), null)
    assert.equal(readField(int(), '00 06', ['int']), 3)
    assert.equal(readField(int(), '02 06', ['null', 'int']), 3)
    assert.equal(readField(double(), '02 06', ['string', 'long']), 3)
    assert.equal(
      readField(int(), '00', ['null', 'int']),
      'HR_SCHEMA_MISMATCH: R.v: null cannot be read as int',
    )
  })

  test('a fixed as bytes and as decimal', () => {
    const fixed = { type: 'fixed', name: 'F', size: 2 }
    assert.deepEqual(readField(bytes(), '0102', fixed), Uint8Array.of(1, 2))
    const money = { ...fixed, logicalType: 'decimal', precision: 4, scale: 2 }
    assert.equal(readField(decimal(4, 2), 'ff9c', money), '-1.00')
  })

  test('microseconds as milliseconds, rounded down', () => {
    const micros = { type: 'long', logicalType: 'timestamp-micros' }
    assert.equal(readField(timestamp(), varint(1999n), micros), 1)
    assert.equal(readField(timestamp(), varint(-1n), micros), -1)
    assert.equal(readField(long(), varint(1999n), micros), 1999)
  })

  test('an enum goes by names, and by its default for those that the reader does not know', () => {
    const writer = { type: 'enum', name: 'E', symbols: ['b', 'c', 'a'] }
    assert.equal(readField(oneOf('E', ['a', 'b']), '00', writer), 'b')
    assert.equal(
      readField(oneOf('E', ['a', 'b']), '02', writer),
      'HR_SCHEMA_MISMATCH: R.v: the reader does not know the symbol c',
    )
    assert.equal(readField(oneOf('E', ['a', 'b'], { default: 'a' }), '02', writer), 'a')
  })

  test('a renamed field by the alias that the writer declares', () => {
    const reader = record('R', { user: int() })
    const writer = { type: 'record', name: 'R', fields: [{ name: 'userId', aliases: ['user'], type: 'int' }] }
    assert.deepEqual(decoded(reader, avroDecoder(reader, { writer }), placed([Uint8Array.of(2)])), [
      { user: 1 },
    ])
  })

  test('maps are skipped', () => {
    const reader = record('R', { v: int() })
    const fields = [
      { name: 'm', type: { type: 'map', values: 'string' } },
      { name: 'v', type: 'int' },
    ]
    const decoder = avroDecoder(reader, { writer: { type: 'record', name: 'R', fields } })
    const bytes = Buffer.from('02 02 61 04 6263 00 06'.replaceAll(' ', ''), 'hex')
    assert.deepEqual(decoded(reader, decoder, placed([bytes, Uint8Array.of(0, 8)])), [{ v: 3 }, { v: 4 }])
  })
})

test('tombstones are passed over', () => {
  const schema = record('R', { v: int() })
  const rows = decoded(schema, avroDecoder(schema), placed([null, Uint8Array.of(2), null]))
  assert.deepEqual(rows, [null, { v: 1 }, null])
})
