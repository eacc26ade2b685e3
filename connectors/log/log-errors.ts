import path from 'node:path'
import type { ErrorPlace } from '../../engine/errors.ts'
import { HeadraceError } from '../../engine/errors.ts'
import { fileError } from '../../engine/files/files.ts'

const codes = { missing: 'HR_LOG_MISSING', other: 'HR_LOG_IO' } as const

/** A partition's directory is `<topic>/<partition>`, so it says what an error is about. */
export function partitionPlace(directory: string): ErrorPlace {
  const partition = Number(path.basename(directory))
  const topic = path.basename(path.dirname(directory))
  return Number.isInteger(partition) ? { topic, partition } : {}
}

/** What a failed file call in a partition's directory means. */
export function logFileError(error: unknown, directory: string): HeadraceError {
  return fileError(error, codes, { ...partitionPlace(directory), file: directory })
}

/** Committed bytes that are not what was written. */
export function corruptLog(file: string, position: number, offset: number, problem: string): HeadraceError {
  const message = `${problem} at byte ${position}, in the records committed before`
  return new HeadraceError('HR_LOG_CORRUPT', message, { ...partitionPlace(path.dirname(file)), offset, file })
}

/** Runs `action`, giving whatever the file system throws one of our codes. */
export function withLogErrors<T>(directory: string, action: () => T): T {
  try {
    return action()
  } catch (error) {
    throw logFileError(error, directory)
  }
}
