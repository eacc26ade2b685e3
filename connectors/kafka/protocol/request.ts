import type { RequestWriter } from './request-writer.ts'
import type { ResponseReader } from './response-reader.ts'

/** One request of Kafka's protocol in the one version of it that we speak: its bytes, and those of the answer. */
export interface KafkaRequest<T> {
  readonly name: string
  readonly api: number
  readonly version: number
  /** A flexible version: compact lengths and tagged fields, also in the headers. */
  readonly flexible: boolean
  write(to: RequestWriter): void
  read(from: ResponseReader): T
}
