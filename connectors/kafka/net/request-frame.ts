import type { KafkaRequest } from '../protocol/request.ts'
import { RequestWriter } from '../protocol/request-writer.ts'

/** A request with its length and header in front, in pieces that go out one after the other. */
export function requestFrame(
  request: KafkaRequest<unknown>,
  correlation: number,
  clientId: string,
): Uint8Array[] {
  const writer = new RequestWriter()
    .i32(0)
    .i16(request.api)
    .i16(request.version)
    .i32(correlation)
    .text(clientId)
  if (request.flexible) writer.noTags()
  request.write(writer)
  const pieces = writer.finish()
  let length = -4
  for (const piece of pieces) length += piece.length
  new DataView(pieces[0].buffer, pieces[0].byteOffset).setInt32(0, length)
  return pieces
}
