import type { ErrorCode } from '../../error-codes.ts'
import { SourceText } from '../source-text.ts'

/** Why a record is bad, by the number that a careful decoder gives. */
export interface Reason {
  readonly code: ErrorCode
  readonly message: string
}

/** The lines that read one record, while they are written, and what they refer to. */
export class DecodeDraft {
  readonly careful: boolean
  readonly text: SourceText
  readonly reasons: Reason[] = []
  readonly constants: unknown[] = []
  /** Lines before the loop. */
  readonly hoisted: string[] = []

  constructor(careful: boolean) {
    this.careful = careful
    this.text = new SourceText(2)
  }

  /** A statement that leaves the record. */
  fail(code: ErrorCode, path: string, message: string): string {
    if (!this.careful) return 'break rows'
    const text = `${path}: ${message}`
    let why = this.reasons.findIndex(reason => reason.code === code && reason.message === text)
    if (why < 0) why = this.reasons.push({ code, message: text }) - 1
    return `{ why = ${why}; break record }`
  }

  cut(path: string): string {
    return this.fail('HR_RECORD_UNDECODABLE', path, 'the record ends within it')
  }

  /** The name of a variable that holds a value which has no literal. */
  constant(value: unknown): string {
    const k = this.constants.push(value) - 1
    this.hoisted.push(`const constant${k} = constants[${k}]`)
    return `constant${k}`
  }
}
