import { entry } from './entry.ts'

/** Codes of the system outside, and of our own mistakes. Keep it sorted. */
export const systemCodes = {
  HR_CHECKPOINT_UNSETTLED: entry(
    'external',
    'What a job has committed could not be seen as of one moment.',
    'The message says why: save the checkpoint again, while little comes, or stop the job before.',
    true,
  ),
  HR_DIFF_SPILL: entry(
    'external',
    'Rows that are compared do not fit into the temporary directory.',
    'Free some space, or name another directory in the environment variable TMPDIR: it needs room for the rows of both outputs, uncompressed.',
  ),
  HR_DISK_FULL: entry(
    'external',
    'The disk or the quota is full.',
    'Free some space and start again: what was committed is intact. Retention settings of the topics bound what the log keeps.',
  ),
  HR_EXPORT_FILE: entry(
    'external',
    'The file of a training set cannot be written.',
    "The message holds the system's reason. What was written so far is deleted; a file that was there before is as it was.",
  ),
  HR_INTERNAL: entry(
    'internal',
    'An invariant of the engine does not hold.',
    'This is a bug in Headrace: please report it with the message and, if you can, the job.',
  ),
  HR_LOG_BATCH: entry(
    'internal',
    'Bytes given to the log are not whole record batches within the limits.',
    'The message says where they stop making sense. A batch larger than batchBytes has to be cut before it is appended.',
  ),
  HR_LOG_CORRUPT: entry(
    'external',
    'Committed records of a log cannot be read as they were written, or are missing.',
    'The disk or another program changed the file that the message names: restore it from a copy. To go on with what is intact, delete the file `committed` beside it: everything from the damage on is then dropped.',
  ),
  HR_LOG_IO: entry(
    'external',
    'The system refused to read or write a file of a log.',
    'The message holds its reason: look to permissions, mounts and the health of the disk, then start again; what was committed is intact.',
  ),
  HR_LOG_PUBLISHED: entry(
    'external',
    'Records that readers may have seen were to be dropped from a log.',
    'The state of the job is older than its output, as after restoring a backup: restore both to one point, or reset both.',
  ),
  HR_STATE_CORRUPT: entry(
    'external',
    'Stored state is damaged: a checksum does not match or bytes are missing.',
    "The message names file and position. Nothing was dropped: restore the file from a backup, or remove the task's state directory to compute it anew from the input.",
  ),
  HR_STATE_FAILED: entry(
    'external',
    'A write to the state log failed earlier, so it accepts no more.',
    'See the first error for the reason; restart the task, which then continues from the last commit.',
    true,
  ),
  HR_STATE_IO: entry(
    'external',
    'A file of the state directory cannot be read or written.',
    'The message names the file and the reason of the operating system: check permissions, the mount and the disk.',
  ),
  HR_WORKER_DIED: entry(
    'external',
    'A worker thread ended before its work was done.',
    'The message has its reason: most often its memory was used up, or the job called process.exit. What was committed is intact: start again, with a larger --max-old-space-size if memory was short.',
    true,
  ),
} as const
