/** Where models are. Plain data: it goes to worker threads as it is. */
export interface OnnxOptions {
  /** `<dir>/<model>/<version>/` holds a version, `<dir>/<model>/serving.json` says which of them serves. */
  readonly dir: string
}

/** Something that was survived, and that people want to know of. */
export type Notify = (message: string) => void
