import type { HeadraceError } from '../../errors.ts'
import type { LockErrorCodes } from '../../files/dir-lock.ts'
import { fileError } from '../../files/files.ts'

export const stateErrorCodes: LockErrorCodes = {
  locked: 'HR_STATE_LOCKED',
  missing: 'HR_STATE_IO',
  other: 'HR_STATE_IO',
}

export function stateFault(error: unknown, file: string): HeadraceError {
  return fileError(error, stateErrorCodes, { file })
}
