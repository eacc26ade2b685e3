import type { OnnxVersion } from './onnx-model.ts'

/** One session, and who uses it. */
export interface Shared {
  readonly version: Promise<OnnxVersion>
  uses: number
  /** How many rows at a time cost least, once it was measured. */
  batchRows: number | undefined
}

/** Versions that are loaded in this thread: one session each, for all tasks that use it, and until the last one ends. */
export class SharedVersions {
  private readonly loaded = new Map<string, Shared>()

  /** Each call is answered with one of `release`. */
  async take(
    key: string,
    load: () => Promise<OnnxVersion>,
  ): Promise<{ version: OnnxVersion; shared: Shared }> {
    const shared = this.loaded.get(key) ?? { version: load(), uses: 0, batchRows: undefined }
    this.loaded.set(key, shared)
    shared.uses++
    try {
      return { version: await shared.version, shared }
    } catch (error) {
      // What could not be loaded is loaded anew the next time.
      if (this.loaded.get(key) === shared) this.loaded.delete(key)
      throw error
    }
  }

  async release(key: string, shared: Shared): Promise<void> {
    if (--shared.uses > 0) return
    if (this.loaded.get(key) === shared) this.loaded.delete(key)
    const { session } = await shared.version
    await session.release()
  }
}
