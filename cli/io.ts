import type { Readable, Writable } from 'node:stream'

/** A stream that may be a terminal. */
export type Output = Writable & {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
}

/** All that a command knows of the process around it. */
export interface Io {
  readonly in: Readable
  readonly out: Output
  readonly err: Output
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
}

export const processIo: Io = {
  in: process.stdin,
  out: process.stdout,
  err: process.stderr,
  env: process.env,
  cwd: process.cwd(),
}

export function print(io: Io, ...lines: readonly string[]): void {
  for (const line of lines) io.out.write(`${line}\n`)
}

/** A value as one line of JSON. Bigints are texts: most readers would round the numbers. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value, (_, part) => {
    if (typeof part === 'bigint') return part.toString()
    if (part instanceof Uint8Array) return Buffer.from(part).toString('base64')
    return ArrayBuffer.isView(part) ? [...(part as Float32Array)] : part
  })
}
