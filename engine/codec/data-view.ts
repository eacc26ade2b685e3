const none = new Uint8Array(0)
let lastBytes: Uint8Array = none
let lastView: DataView = new DataView(none.buffer)

/** A DataView over exactly these bytes. The last one is kept: a fetch's batches lie in one buffer. */
export function dataViewOf(bytes: Uint8Array): DataView {
  if (bytes !== lastBytes) {
    lastView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    lastBytes = bytes
  }
  return lastView
}

/** A 64-bit integer as the nearest number: exact within 2^53, beyond that still outside of it. */
export function readInt64(view: DataView, at: number): number {
  return view.getInt32(at) * 4294967296 + view.getUint32(at + 4)
}

export function writeInt64(view: DataView, at: number, value: number): void {
  view.setInt32(at, Math.floor(value / 4294967296))
  view.setUint32(at + 4, value >>> 0)
}
