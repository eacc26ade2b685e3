import { configCodes } from './error-codes/config.ts'
import { dataCodes } from './error-codes/data.ts'
import type { ErrorEntry } from './error-codes/entry.ts'
import { jobCodes } from './error-codes/job.ts'
import { kafkaCodes } from './error-codes/kafka.ts'
import { modelCodes } from './error-codes/model.ts'
import { registryCodes } from './error-codes/registry.ts'
import { serverCodes } from './error-codes/server.ts'
import { storeCodes } from './error-codes/store.ts'
import { systemCodes } from './error-codes/system.ts'

const all = {
  ...jobCodes,
  ...configCodes,
  ...dataCodes,
  ...kafkaCodes,
  ...modelCodes,
  ...registryCodes,
  ...serverCodes,
  ...storeCodes,
  ...systemCodes,
}

export type ErrorCode = keyof typeof all

/** Every code there is, sorted. docs/errors.md is generated from it. */
export const errorCatalog = Object.fromEntries(Object.entries(all).toSorted()) as Record<
  ErrorCode,
  ErrorEntry
>
