import { entry } from './entry.ts'

/** Codes of what happens between us and the stores of features and series. Keep it sorted. */
export const storeCodes = {
  HR_STORE_MISSING: entry(
    'config',
    'A job writes to or reads from a feature view or a series, and the deployment has no store for it.',
    'Name one in the configuration: redis or influx for a server, or the data directory for the embedded one.',
  ),
  HR_VALUE_REFUSED: entry(
    'data',
    'A value is not one that a feature view or series takes: it is no number, or out of the range of its field.',
    'The message names the field, the value and what is allowed. The row is among the rejected rows of the sink; mend its computation, or widen min and max.',
  ),
} as const
