import { jsonLine } from './io.ts'
import type { LogRecord } from './record-reader.ts'
import { timeText } from './status.ts'

/** A record as one line for people. */
export function recordLine(record: LogRecord): string {
  const { partition, offset, timestamp, key, value, headers, row, problem } = record
  const parts = [`${partition}:${offset}`, timeText(timestamp)]
  if (key !== null) parts.push(`key=${bytesText(key)}`)
  parts.push(row !== undefined ? jsonLine(row) : value === null ? '(no value)' : bytesText(value))
  for (const header of headers) {
    parts.push(`${header.key}=${header.value === null ? '(none)' : bytesText(header.value)}`)
  }
  if (problem !== undefined) parts.push(`[${problem}]`)
  return parts.join('  ')
}

/** The same as one JSON object. Bytes that are no text stand as base64 in an object that says so. */
export function recordJson(topic: string, record: LogRecord): string {
  const { partition, offset, timestamp, key, value, headers, row, problem } = record
  return jsonLine({
    topic,
    partition,
    offset,
    timestamp,
    key: key === null ? null : (textOf(key) ?? { base64: base64(key) }),
    value: row !== undefined ? row : valueJson(value),
    ...(headers.length > 0 && {
      headers: Object.fromEntries(headers.map(header => [header.key, valueText(header.value)])),
    }),
    ...(problem !== undefined && { problem }),
  })
}

/** As JSON if it is that, else as text, else in base64. */
function valueJson(value: Uint8Array | null): unknown {
  if (value === null) return null
  const text = textOf(value)
  if (text === undefined) return { base64: base64(value) }
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function valueText(value: Uint8Array | null): string | null {
  return value === null ? null : bytesText(value)
}

function bytesText(bytes: Uint8Array): string {
  return textOf(bytes)?.replace(/[\n\r\t]/g, ' ') ?? `base64:${base64(bytes)}`
}

/** Undefined where the bytes are not UTF-8, or not meant as text: control characters would play with the terminal. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return /^[^\p{Cc}]*$/u.test(text.replace(/[\n\r\t]/g, ' ')) ? text : undefined
  } catch {
    return undefined
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}
