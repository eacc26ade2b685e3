/** Hashes of texts under keys, as Redis has them. */
export interface HashStore {
  /** For each key its fields in the order asked for, null where there is none; undefined if the key holds no hash. */
  read(keys: readonly string[], fields: readonly string[]): Promise<readonly HashTexts[]>
  /** Sets fields and leaves the others as they are; a field that is null is deleted. */
  write(hashes: readonly WrittenHash[]): Promise<void>
  close(): Promise<void>
}

/** In UTF-8, or what others take for it. */
export type HashTexts = readonly (Uint8Array | null)[] | undefined

export interface WrittenHash {
  readonly key: string
  readonly fields: Readonly<Record<string, string | null>>
}
