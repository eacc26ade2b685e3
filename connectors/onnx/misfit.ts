import { HeadraceError } from '../../engine/errors.ts'

/** A version has something else than its model.json or the job says: `what` is a tensor or column. */
export function misfit(file: string, what: string, expected: string, found: string): HeadraceError {
  return new HeadraceError('HR_MODEL_MISFIT', `${what}: expected ${expected}, found ${found}`, { file })
}
