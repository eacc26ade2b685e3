import { HeadraceError } from '../../engine/errors.ts'
import type { FileOps } from '../../engine/files/files.ts'
import { diskFiles } from '../../engine/files/files.ts'
import type { Retention } from './retention.ts'

/** When appended bytes are made durable: at each flush, at each append, or when the system pleases. */
export type FsyncPolicy = 'commit' | 'always' | 'never'

export interface WriterOptions extends Partial<Retention> {
  /** A segment that would grow beyond this is closed and the next one begun. At most 2^31 - 1. */
  readonly segmentBytes?: number
  readonly indexIntervalBytes?: number
  readonly fsync?: FsyncPolicy
  readonly files?: FileOps
}

const defaults = {
  segmentBytes: 256 << 20,
  indexIntervalBytes: 4096,
  fsync: 'commit',
  retentionMs: -1,
  retentionBytes: -1,
  files: diskFiles,
} as const satisfies Required<WriterOptions>

/** The indexes hold positions and relative offsets in 31 bits. */
export const maxRelative = 2 ** 31 - 1

/** All options, in range. */
export function completeOptions(options: WriterOptions): Required<WriterOptions> {
  const all = { ...defaults, ...options }
  checkOptions(all)
  return all
}

function checkOptions(options: Required<WriterOptions>): void {
  const { segmentBytes, indexIntervalBytes } = options
  if (!(segmentBytes > 0 && segmentBytes <= maxRelative)) {
    throw new HeadraceError(
      'HR_CONFIG_INVALID',
      `segmentBytes ${segmentBytes}: allowed are 1 to ${maxRelative}`,
    )
  }
  if (!(indexIntervalBytes >= 0)) {
    throw new HeadraceError(
      'HR_CONFIG_INVALID',
      `indexIntervalBytes ${indexIntervalBytes}: allowed are 0 and more`,
    )
  }
}
