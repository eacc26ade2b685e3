import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ProtobufWriter } from '../../../../connectors/onnx/write/protobuf-writer.ts'

/** Messages and their bytes, as the description of the wire format has them. */
const messages: Record<string, [(to: ProtobufWriter) => void, string]> = {
  'an integer': [to => to.integer(1, 150), '08 96 01'],
  nought: [to => to.integer(1, 0), '08 00'],
  'the largest one of a byte': [to => to.integer(1, 127), '08 7f'],
  'an integer beyond 32 bits': [to => to.integer(1, 2 ** 53 - 1), '08 ff ff ff ff ff ff ff 0f'],
  'an integer below 0': [to => to.integer(1, -2), '08 fe ff ff ff ff ff ff ff ff 01'],
  'a field beyond 15': [to => to.integer(20, 7), 'a0 01 07'],
  text: [to => to.text(2, 'testing'), '12 07 74 65 73 74 69 6e 67'],
  'text beyond ASCII': [to => to.text(2, 'é'), '12 02 c3 a9'],
  bytes: [to => to.bytes(2, Uint8Array.of(1, 2)), '12 02 01 02'],
  'packed integers': [to => to.packedIntegers(6, [3, 270, 86942]), '32 06 03 8e 02 9e a7 05'],
  'packed floats': [to => to.packedFloats(7, [1, -2]), '3a 08 00 00 80 3f 00 00 00 c0'],
}

for (const [name, [write, hex]] of Object.entries(messages)) {
  test(name, () => {
    const to = new ProtobufWriter()
    write(to)
    assert.equal(hexOf(to.finish()), hex)
    assert.equal(to.length, to.finish().length)
  })
}

test('a message in a message', () => {
  const inner = new ProtobufWriter()
  inner.integer(1, 150)
  const outer = new ProtobufWriter()
  outer.message(3, inner)
  outer.text(1, '')
  assert.equal(hexOf(outer.finish()), '1a 03 08 96 01 0a 00')
})

function hexOf(bytes: Uint8Array): string {
  return [...bytes].map(byte => byte.toString(16).padStart(2, '0')).join(' ')
}
