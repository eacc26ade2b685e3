import type { Schema } from '../../engine/batch/schema.ts'
import { HeadraceError } from '../../engine/errors.ts'
import type { SeriesSpec } from '../../engine/stores/series.ts'
import type { WriterPlace } from '../../engine/stores/stores.ts'

/** Checks that InfluxDB keeps what goes by these names: it leaves some out without a word, and cannot read others. */
export function checkNames(series: SeriesSpec, schema: Schema, place: WriterPlace): void {
  const columns = schema.names.filter(name => name !== series.time)
  const wrong = series.name.startsWith('_') ? series.name : columns.find(isReserved)
  if (wrong === undefined) return
  const message =
    `series "${series.name}": InfluxDB does not take the name "${wrong}": it keeps "time" and what begins with _ for ` +
    'itself, and cannot read control characters or a backslash at the end'
  throw new HeadraceError('HR_CONFIG_INVALID', message, place)
}

function isReserved(name: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
  return name === 'time' || /^_|^$|[\u0000-\u001f]|\\$/.test(name)
}
