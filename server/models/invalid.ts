import { HeadraceError } from '../../engine/errors.ts'

export function invalid(message: string): HeadraceError {
  return new HeadraceError('HR_REQUEST_INVALID', message)
}
