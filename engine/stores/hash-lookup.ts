import { Misfit } from '../batch/misfit.ts'
import type { Entity } from './feature-store.ts'
import type { HashSpec } from './hash.ts'
import { hashKey } from './hash.ts'
import type { HashStore, HashTexts } from './hash-store.ts'
import { hashValues } from './hash-values.ts'
import type { FeatureLookup, FeatureValues } from './stores.ts'

/** A value of a hash is of no time: it is never too old. */
const TIMELESS = Number.POSITIVE_INFINITY

/** Looks entities up in their hashes. The store is the caller's to close. */
export function hashLookup(hash: HashSpec, fields: readonly string[], store: HashStore): FeatureLookup {
  const readers = fields.map(name => hashValues(hash.fields[name]))
  const valuesOf = (key: string, texts: HashTexts): FeatureValues | undefined => {
    if (texts === undefined) return { values: {}, times: {}, wrong: `the key "${key}" holds no hash` }
    const values: Record<string, unknown> = {}
    const times: Record<string, number> = {}
    let isThere = false
    for (let k = 0; k < fields.length; k++) {
      const text = texts[k]
      if (text === null) continue
      const value = readers[k](text)
      if (value === undefined) return { values: {}, times: {}, wrong: complaint(hash, fields[k], key, text) }
      isThere = true
      values[fields[k]] = value
      times[fields[k]] = TIMELESS
    }
    return isThere ? { values, times } : undefined
  }
  return {
    get: async (entities: readonly Entity[]) => {
      const keys = entities.map(entity => hashKey(hash, entity))
      const found = await store.read(keys, fields)
      return found.map((texts, index) => valuesOf(keys[index], texts))
    },
    close: () => {},
  }
}

function complaint({ fields }: HashSpec, name: string, key: string, bytes: Uint8Array): string {
  const { message } = new Misfit(name, fields[name], Buffer.from(bytes).toString())
  return `the hash "${key}": ${message}`
}
