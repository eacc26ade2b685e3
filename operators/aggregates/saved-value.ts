/**
 * Values as JSON can hold them: what it would lose (NaN, infinities, -0, bigints, typed arrays) goes into an
 * object with a `$` key, and so does an object that has such a key itself.
 */
export function saveValue(value: unknown): unknown {
  if (typeof value === 'number')
    return Number.isFinite(value) && !Object.is(value, -0) ? value : { $: 'number', is: numberText(value) }
  if (typeof value === 'bigint') return { $: 'bigint', is: value.toString() }
  if (value instanceof Uint8Array) return { $: 'bytes', is: Buffer.from(value).toString('base64') }
  if (value instanceof Float32Array) return { $: 'floats', is: [...value].map(saveValue) }
  if (Array.isArray(value)) return value.map(saveValue)
  if (typeof value !== 'object' || value === null) return value ?? null
  const entries = Object.entries(value).map(([name, part]) => [name, saveValue(part)] as const)
  return '$' in value ? { $: 'object', is: entries } : Object.fromEntries(entries)
}

export function loadValue(saved: unknown): unknown {
  if (Array.isArray(saved)) return saved.map(loadValue)
  if (typeof saved !== 'object' || saved === null) return saved
  if ('$' in saved) return loadTagged(saved as { $: string; is: unknown })
  return Object.fromEntries(Object.entries(saved).map(([name, part]) => [name, loadValue(part)]))
}

function loadTagged({ $: kind, is }: { $: string; is: unknown }): unknown {
  switch (kind) {
    case 'number':
      return Number(is)
    case 'bigint':
      return BigInt(is as string)
    case 'bytes':
      return new Uint8Array(Buffer.from(is as string, 'base64'))
    case 'floats':
      return Float32Array.from((is as unknown[]).map(part => loadValue(part) as number))
    default:
      return Object.fromEntries((is as [string, unknown][]).map(([name, part]) => [name, loadValue(part)]))
  }
}

function numberText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}
