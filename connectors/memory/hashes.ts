import type { HashStore, HashTexts, WrittenHash } from '../../engine/stores/hash-store.ts'

/** Hashes in memory: for tests. */
export class MemoryHashes implements HashStore {
  /** By key and field. */
  readonly stored = new Map<string, Map<string, string>>()
  /** Called before each reading, with the keys: a test may hold it up or fail it. */
  onRead: ((keys: readonly string[]) => void | Promise<void>) | undefined
  private readonly encoder = new TextEncoder()

  async read(keys: readonly string[], fields: readonly string[]): Promise<readonly HashTexts[]> {
    await this.onRead?.(keys)
    return keys.map(key => {
      const stored = this.stored.get(key)
      return fields.map(field => {
        const text = stored?.get(field)
        return text === undefined ? null : this.encoder.encode(text)
      })
    })
  }

  async write(hashes: readonly WrittenHash[]): Promise<void> {
    for (const { key, fields } of hashes) this.set(key, fields)
  }

  set(key: string, fields: Readonly<Record<string, string | null>>): void {
    const stored = this.stored.getOrInsertComputed(key, () => new Map())
    for (const [field, text] of Object.entries(fields)) {
      if (text === null) stored.delete(field)
      else stored.set(field, text)
    }
  }

  async close(): Promise<void> {}
}
