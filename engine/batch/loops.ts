import type { Cursor } from './cursor.ts'

/**
 * Loops around lambdas, generated so that each step has its own: a lambda called from one shared loop
 * costs ten times as much once several lambdas have gone through it. A lambda that throws hands its row
 * to `failed`, which throws (policy fail) or takes note (policy reject); the loop then goes on.
 */
export type Failed = (row: number, error: unknown) => void

type Values = Float64Array | Float32Array | Int32Array | Uint8Array | BigInt64Array

/** Puts the rows for which the lambda is true into `out`; gives their number. */
export type SelectLoop<T> = (cursor: Cursor<T>, rows: number, out: Int32Array, failed: Failed) => number

/** Puts the lambda's value for each row into `out`. */
export type MapLoop<T> = (cursor: Cursor<T>, rows: number, out: Values | unknown[], failed: Failed) => void

/** Calls the lambda for each row. */
export type EachLoop<T> = (cursor: Cursor<T>, rows: number, failed: Failed) => void

export function selectLoop<T>(step: string, lambda: (row: T) => unknown): SelectLoop<T> {
  return generate(
    step,
    'cursor, rows, out, failed',
    'let kept = 0',
    'if (lambda(cursor)) out[kept++] = row',
    'kept',
  )(lambda) as SelectLoop<T>
}

export function mapLoop<T>(step: string, lambda: (row: T) => unknown): MapLoop<T> {
  return generate(
    step,
    'cursor, rows, out, failed',
    '',
    'out[row] = lambda(cursor)',
    '',
  )(lambda) as MapLoop<T>
}

/** Puts the lambda's number for each row into `out`; a row for which it gives null goes to `onNull` instead. */
export type NumberLoop<T> = (
  cursor: Cursor<T>,
  rows: number,
  out: Float64Array,
  onNull: (row: number) => void,
  failed: Failed,
) => void

export function numberLoop<T>(step: string, lambda: (row: T) => unknown): NumberLoop<T> {
  const body = 'const value = lambda(cursor); if (value == null) onNull(row); else out[row] = value'
  return generate(step, 'cursor, rows, out, onNull, failed', '', body, '')(lambda) as NumberLoop<T>
}

/** As numberLoop, for the values of a column: one that does not fit it is an error of its row. */
export function valueLoop<T>(
  step: string,
  lambda: (row: T) => unknown,
  nullable: boolean,
  fits: (value: unknown) => boolean,
  misfit: (value: unknown) => Error,
): (
  cursor: Cursor<T>,
  rows: number,
  out: Values | unknown[],
  nulls: Uint8Array | null,
  failed: Failed,
) => void {
  const put = 'if (!fits(value)) throw misfit(value); out[row] = value'
  const body = nullable ? `if (value == null) nulls[row] = 1; else { nulls[row] = 0; ${put} }` : put
  const parameters = 'cursor, rows, out, nulls, failed'
  const source = loopSource(step, parameters, '', `const value = lambda(cursor); ${body}`, '')
  return new Function('lambda', 'fits', 'misfit', source)(lambda, fits, misfit)
}

/** Puts into `out` the number of the first lambda that is true, or how many there are. */
export function caseLoop<T>(step: string, lambdas: readonly ((row: T) => unknown)[]): MapLoop<T> {
  const names = lambdas.map((_, k) => `case${k}`)
  const tests = names.map((name, k) => `${name}(cursor) ? ${k} : `).join('')
  const source = loopSource(step, 'cursor, rows, out, failed', '', `out[row] = ${tests}${lambdas.length}`, '')
  return new Function(...names, source)(...lambdas)
}

export function eachLoop<T>(step: string, lambda: (row: T, index: number) => void): EachLoop<T> {
  return generate(step, 'cursor, rows, failed', '', 'lambda(cursor, row)', '')(lambda) as EachLoop<T>
}

function generate(step: string, parameters: string, before: string, body: string, result: string) {
  return new Function('lambda', loopSource(step, parameters, before, body, result)) as (
    lambda: unknown,
  ) => unknown
}

/** The source of a loop, as it is compiled. */
export function loopSource(
  step: string,
  parameters: string,
  before: string,
  body: string,
  result: string,
): string {
  return `return function (${parameters}) {
  ${before}
  let row = 0
  for (;;) {
    try {
      for (; row < rows; row++) {
        cursor.$row = row
        ${body}
      }
      return ${result}
    } catch (error) {
      failed(row++, error)
    }
  }
}
//# sourceURL=headrace/loop/${step.replace(/[^\w.-]/g, '_')}`
}
