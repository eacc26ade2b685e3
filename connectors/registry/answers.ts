import type { AvroSchema } from '../../engine/codec/avro/type.ts'
import { HeadraceError } from '../../engine/errors.ts'
import type { RegistryAnswer } from './exchange.ts'
import { said } from './requests.ts'

/** Where a schema names types that other schemas define. */
export interface Reference {
  readonly name: string
  readonly subject: string
  readonly version: number
}

/** A schema as the registry has it: its text, and what the text refers to. */
export interface StoredSchema {
  readonly type: string
  readonly text: string
  readonly references: readonly Reference[]
}

const REASON_CHARS_MAX = 2000

/** The answer's object; undefined where the registry says that it does not have what was asked for. */
export function found(answer: RegistryAnswer, what: string): Readonly<Record<string, unknown>> | undefined {
  const { status, json } = answer
  if (status === 200 && isObject(json)) return json
  if (isUnknown(answer)) return undefined
  throw refused(answer, what)
}

/** One of the registry's own codes: a wrong address also answers 404. */
function isUnknown({ status, json }: RegistryAnswer): boolean {
  const code = isObject(json) ? Number(json.error_code) : 0
  return status === 404 && code > 40_400 && code < 40_500
}

export function refused(answer: RegistryAnswer, what: string): HeadraceError {
  const { status } = answer
  if (status === 401 || status === 403) {
    return new HeadraceError('HR_REGISTRY_AUTH', `${what}: the schema registry answers ${said(answer)}`)
  }
  return new HeadraceError('HR_REGISTRY_REFUSED', `${what}: the schema registry answers ${said(answer)}`)
}

export function storedSchema(json: Readonly<Record<string, unknown>>, what: string): StoredSchema {
  const { schema, schemaType = 'AVRO', references = [] } = json
  if (typeof schema !== 'string' || !Array.isArray(references)) throw unreadable(what)
  return { type: String(schemaType), text: schema, references: references as readonly Reference[] }
}

/** The text as JSON. */
export function avroOf({ type, text }: StoredSchema): AvroSchema {
  if (type !== 'AVRO')
    throw new HeadraceError('HR_SCHEMA_UNSUPPORTED', `it is a schema of ${type}, not of Avro`)
  try {
    return JSON.parse(text) as AvroSchema
  } catch (cause) {
    throw new HeadraceError('HR_SCHEMA_INVALID', 'the Avro schema is no JSON', { cause })
  }
}

export function idIn(json: Readonly<Record<string, unknown>>, what: string): number {
  const { id } = json
  if (!Number.isInteger(id)) throw unreadable(what)
  return id as number
}

/** Why a schema is not compatible, in the registry's words: each implementation has its own place for them. */
export function reasonIn(json: Readonly<Record<string, unknown>>): string {
  const { messages, reason } = json
  const text = Array.isArray(messages) ? messages.join(' ') : String(reason ?? '')
  return text === '' ? 'it does not say why' : text.slice(0, REASON_CHARS_MAX)
}

function unreadable(what: string): HeadraceError {
  return new HeadraceError('HR_REGISTRY_REFUSED', `${what}: the answer is not that of a schema registry`)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
