import type { ErrorCode } from '../../engine/error-codes.ts'
import { HeadraceError, messageOf } from '../../engine/errors.ts'

/** Reads an object of a JSON file key by key. What does not fit is an error that names file, key and what is allowed. */
export class JsonReader {
  private readonly code: ErrorCode
  private readonly file: string
  private readonly at: string
  private readonly value: Readonly<Record<string, unknown>>

  static parse(text: string, file: string, code: ErrorCode): JsonReader {
    try {
      return new JsonReader(JSON.parse(text), file, code)
    } catch (cause) {
      if (cause instanceof HeadraceError) throw cause
      throw new HeadraceError(code, `it is no JSON: ${messageOf(cause)}`, { file, cause })
    }
  }

  private constructor(value: unknown, file: string, code: ErrorCode, at = '') {
    this.code = code
    this.file = file
    this.at = at
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new HeadraceError(code, `${at === '' ? 'it' : at} is no object`, { file })
    }
    this.value = value as Readonly<Record<string, unknown>>
  }

  get keys(): string[] {
    return Object.keys(this.value)
  }

  has(key: string): boolean {
    return this.value[key] !== undefined
  }

  only(...allowed: readonly string[]): void {
    const unknown = this.keys.find(key => !allowed.includes(key))
    if (unknown !== undefined) throw this.wrong(unknown, 'is not known', `the keys ${allowed.join(', ')}`)
  }

  text(key: string, shape?: RegExp): string {
    const value = this.value[key]
    if (typeof value === 'string' && value !== '' && (shape === undefined || shape.test(value))) return value
    throw this.wrong(
      key,
      `is ${shown(value)}`,
      shape === undefined ? 'a text' : `a text like ${shape.source}`,
    )
  }

  whole(key: string, least: number): number {
    const value = this.value[key]
    if (Number.isSafeInteger(value) && Number(value) >= least) return Number(value)
    throw this.wrong(key, `is ${shown(value)}`, `a whole number from ${least} on`)
  }

  number(key: string, least: number): number {
    const value = this.value[key]
    if (typeof value === 'number' && value >= least) return value
    throw this.wrong(key, `is ${shown(value)}`, `a number from ${least} on`)
  }

  texts(key: string): string[] {
    const list = this.list(key)
    if (list.every(value => typeof value === 'string' && value !== '')) return list as string[]
    throw this.wrong(key, `is ${shown(list)}`, 'a list of texts')
  }

  /** At least one. */
  list(key: string): readonly unknown[] {
    const value = this.value[key]
    if (Array.isArray(value) && value.length > 0) return value
    throw this.wrong(key, `is ${shown(value)}`, 'a list that is not empty')
  }

  object(key: string): JsonReader {
    return new JsonReader(this.value[key], this.file, this.code, this.path(key))
  }

  objects(key: string): JsonReader[] {
    return this.list(key).map(
      (value, index) => new JsonReader(value, this.file, this.code, this.path(`${key}[${index}]`)),
    )
  }

  wrong(key: string, what: string, allowed: string): HeadraceError {
    return new HeadraceError(this.code, `${this.path(key)} ${what}: allowed is ${allowed}`, {
      file: this.file,
    })
  }

  /** The object itself. */
  get plain(): Readonly<Record<string, unknown>> {
    return this.value
  }

  private path(key: string): string {
    return this.at === '' ? key : `${this.at}.${key}`
  }
}

function shown(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value).slice(0, 80)
}
