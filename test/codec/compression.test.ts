import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import test from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { lz4Compress, snappyCompress } from '@platformatic/wasm-utils'
import fc from 'fast-check'
import { codecs, compress, decompress } from '../../engine/codec/compression/compression.ts'
import { isHeadraceError } from '../../engine/errors.ts'
import { assertProperty } from '../support/property.ts'

const corrupt = (error: unknown) => isHeadraceError(error, 'HR_BATCH_CORRUPT')
const tooLarge = (error: unknown) => isHeadraceError(error, 'HR_BATCH_TOO_LARGE')
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

/** Bytes that compress, and longer ones than a block of any of the codecs. */
const content = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.nat(8000)).map(([bytes, times]) => {
    return new Uint8Array(Buffer.concat(Array<Uint8Array>(times + 1).fill(bytes)))
  }),
)

test('every codec gives back what it was given', async () => {
  for (const codec of Object.values(codecs)) {
    const property = fc.property(content, bytes => {
      assert.ok(Buffer.from(bytes).equals(decompress(codec, compress(codec, bytes))))
    })
    await assertProperty(property, 40)
  }
})

// Written by the lz4 command, version 1.9.4, from 72000 bytes: two blocks.
const lz4Frames = {
  'linked blocks':
    'BCJNGERAXhMBAACfaGVhZHJhY2UgCQD/////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////31BhZHJhYyMAAAAPCQD/////////////////////////////////QVByYWNlIAAAAACVQD9P',
  'independent blocks':
    'BCJNGGRApxMBAACfaGVhZHJhY2UgCQD/////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////31BhZHJhYywAAACfZSBoZWFkcmFjCQD/////////////////////////////////OFByYWNlIAAAAACVQD9P',
  'block checksums':
    'BCJNGHRAvRMBAACfaGVhZHJhY2UgCQD/////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////31BhZHJhY2+iPu8sAAAAn2UgaGVhZHJhYwkA/////////////////////////////////zhQcmFjZSB19zdBAAAAAJVAP08=',
  'content size':
    'BCJNGGxAQBkBAAAAAADfEwEAAJ9oZWFkcmFjZSAJAP/////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////fUGFkcmFjLAAAAJ9lIGhlYWRyYWMJAP////////////////////////////////84UHJhY2UgAAAAAJVAP08=',
  'no checksum':
    'BCJNGGBAghMBAACfaGVhZHJhY2UgCQD/////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////31BhZHJhYywAAACfZSBoZWFkcmFjCQD/////////////////////////////////OFByYWNlIAAAAAA=',
}

for (const [name, frame] of Object.entries(lz4Frames)) {
  test(`an lz4 frame with ${name} is read`, () => {
    const bytes = decompress(codecs.lz4, Buffer.from(frame, 'base64'))
    assert.equal(Buffer.from(bytes).toString(), 'headrace '.repeat(8000))
  })
}

test('an lz4 frame with an uncompressed block is read', () => {
  const frame =
    'BCJNGGRAp0AAAIBTCzUP6+cSteDLMg0Dy4F7S8Yu8WZgONOwsXnu/a1FX+A1sVHApUxIAEePMMrzZkx22TGI57VE38k4oTpE5n6pAAAAAJa8ky4='
  const expected = createHash('sha512').update('headrace').digest()
  assert.equal(hex(decompress(codecs.lz4, Buffer.from(frame, 'base64'))), hex(expected))
})

test('lz4 is written as frames of independent blocks, the only ones that Java clients read', () => {
  const frame = compress(codecs.lz4, Buffer.alloc(200_000))
  assert.equal(hex(frame.subarray(0, 4)), '04224d18')
  assert.equal(frame[4] & 0x20, 0x20)
})

// Raw: length 11, five literals, a copy of six from five before (tag with one byte of offset).
const rawSnappy = Buffer.from([11, 4 << 2, ...Buffer.from('abcde'), ((6 - 4) << 2) | 1, 5])
const xerialHeader = Buffer.from('82534e41505059000000000100000001', 'hex')
const xerialBlock = Buffer.concat([Buffer.from([0, 0, 0, rawSnappy.length]), rawSnappy])

test('snappy is read raw, in xerial framing, in several blocks, and as joined streams', () => {
  const text = (bytes: Uint8Array) => Buffer.from(decompress(codecs.snappy, bytes)).toString()
  assert.equal(text(rawSnappy), 'abcdeabcdea')
  assert.equal(text(Buffer.concat([xerialHeader, xerialBlock])), 'abcdeabcdea')
  assert.equal(text(Buffer.concat([xerialHeader, xerialBlock, xerialBlock])), 'abcdeabcdea'.repeat(2))
  const joined = Buffer.concat([xerialHeader, xerialBlock, xerialHeader, xerialBlock])
  assert.equal(text(joined), 'abcdeabcdea'.repeat(2))
  assert.equal(text(xerialHeader), '')
})

test('every form of a snappy element is measured as the decoder reads it', () => {
  const literals = Buffer.from(Array.from({ length: 70_000 }, (_, i) => (i * 7919) >>> 3))
  const block = Buffer.concat([
    Buffer.from(varint(70_000 + 11 + 64 + 60)),
    Buffer.from([62 << 2, 69_999 & 255, (69_999 >> 8) & 255, 1]),
    literals,
    Buffer.from([((11 - 4) << 2) | 1 | (3 << 5), 17]),
    Buffer.from([((64 - 1) << 2) | 2, 0x00, 0x80]),
    Buffer.from([((60 - 1) << 2) | 3, 0x00, 0x00, 0x01, 0x00]),
  ])
  const expected = [...literals]
  for (const [length, distance] of [
    [11, 3 * 256 + 17],
    [64, 0x8000],
    [60, 0x10000],
  ]) {
    for (let i = 0; i < length; i++) expected.push(expected[expected.length - distance])
  }
  assert.equal(hex(decompress(codecs.snappy, block)), hex(Uint8Array.from(expected)))
})

test('snappy is written in xerial framing', () => {
  const framed = compress(codecs.snappy, Buffer.alloc(100_000))
  assert.equal(hex(framed.subarray(0, 16)), xerialHeader.toString('hex'))
})

test('more bytes than the bound are refused, exactly as many are not', () => {
  const zeros = Buffer.alloc(1_000_000)
  for (const codec of [codecs.gzip, codecs.snappy, codecs.lz4, codecs.zstd]) {
    const small = compress(codec, zeros)
    assert.throws(() => decompress(codec, small, { maxBytes: 999_999 }), tooLarge, `codec ${codec}`)
    assert.equal(decompress(codec, small, { maxBytes: 1_000_000 }).length, 1_000_000)
  }
})

test('a length that promises gigabytes is refused before any are taken', () => {
  assert.throws(() => decompress(codecs.snappy, Buffer.from('ffffffff0f0001', 'hex')), corrupt)
  const before = process.memoryUsage().rss
  const bomb = lz4Compress(Buffer.alloc(8 << 20))
  for (let i = 0; i < 50; i++)
    assert.throws(() => decompress(codecs.lz4, bomb, { maxBytes: 1 << 20 }), tooLarge)
  assert.ok(process.memoryUsage().rss - before < 200 << 20)
})

test('an error says where, and keeps its cause', () => {
  const place = { topic: 'clicks', partition: 3, offset: 77 }
  const decode = () => decompress(codecs.gzip, Buffer.from('no gzip'), place)
  assert.throws(decode, /topic clicks, partition 3, offset 77/)
  assert.throws(decode, error => corrupt(error) && (error as Error).cause instanceof Error)
  assert.throws(() => decompress(5, Buffer.alloc(10)), corrupt)
})

const samples = [
  ['lz4', codecs.lz4, Buffer.from(lz4Frames['linked blocks'], 'base64')],
  [
    'lz4 with literals',
    codecs.lz4,
    lz4Compress(Buffer.from('a1b2a1b2c3d4c3d4c3d4e5f6'.repeat(4) + 'x'.repeat(400))),
  ],
  ['xerial snappy', codecs.snappy, Buffer.concat([xerialHeader, xerialBlock, xerialBlock])],
  ['raw snappy', codecs.snappy, snappyCompress(Buffer.from('a1b2a1b2c3d4c3d4c3d4e5f6'.repeat(20)))],
  ['gzip', codecs.gzip, gzipSync('headrace '.repeat(100))],
  ['zstd', codecs.zstd, zstdCompressSync('headrace '.repeat(100))],
] as const

for (const [name, codec, sample] of samples) {
  const tryDecode = (bytes: Uint8Array) => {
    try {
      decompress(codec, bytes, { maxBytes: 1 << 20 })
    } catch (error) {
      assert.ok(corrupt(error) || tooLarge(error), String(error))
    }
  }

  test(`${name}: cut off anywhere or with damaged bytes it ends in a coded error or in bytes`, async () => {
    for (let length = 0; length < sample.length; length++) tryDecode(sample.subarray(0, length))
    const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 3,
    })
    const property = fc.property(damage, edits => {
      const damaged = Buffer.from(sample)
      for (const [at, byte] of edits) damaged[at % sample.length] = byte
      tryDecode(damaged)
    })
    await assertProperty(property, 1000)
    tryDecode(sample)
  })
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)]
}
