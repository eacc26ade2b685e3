/** Who can mend it: the author of the job, whoever deploys it, whoever sends the data, the outside system, or us. */
export type ErrorDomain = 'job' | 'config' | 'data' | 'external' | 'internal'

export interface ErrorEntry {
  readonly domain: ErrorDomain
  readonly retryable: boolean
  /** What it means, one sentence. */
  readonly meaning: string
  /** What to do about it, one or two sentences. */
  readonly advice: string
}

const entry = (domain: ErrorDomain, meaning: string, advice: string, retryable = false): ErrorEntry => ({
  domain,
  retryable,
  meaning,
  advice,
})

/** Every code there is. docs/errors.md is generated from this table. Keep it sorted. */
export const errorCatalog = {
  HR_ARROW_MISMATCH: entry(
    'data',
    'A column of an Arrow batch does not fit the schema: it is missing, of another type, or has nulls.',
    'The message names the column. Cast it where the batch is made, or declare the field as what arrives.',
  ),
  HR_BATCH_CORRUPT: entry(
    'data',
    'A record batch is damaged: its length, checksum, compression or a record in it does not add up.',
    'Check the disk or the producer that wrote it. To go on without it, move the position past the batch named in the message.',
  ),
  HR_BATCH_TOO_LARGE: entry(
    'data',
    'A record batch is larger, as it is or decompressed, than the engine accepts.',
    'Let the producer write smaller batches, or raise limits.batchBytes or limits.decompressedBytes.',
  ),
  HR_BUILD_THREW: entry(
    'job',
    "A job's build function threw.",
    'The message says what, and at which line of the job; `headrace check` tries it without running anything.',
  ),
  HR_COLUMN_UNKNOWN: entry(
    'job',
    'A step names a column that its input does not have.',
    'Correct the name; the message lists the columns there are.',
  ),
  HR_CONFIG_INVALID: entry(
    'config',
    'A configuration value is missing, unknown or out of range.',
    'The message names the key and the allowed values; correct headrace.config.ts, the flag or the environment variable.',
  ),
  HR_DISK_FULL: entry(
    'external',
    'The disk or the quota is full.',
    'Free some space and start again: what was committed is intact. Retention settings of the topics bound what the log keeps.',
  ),
  HR_GRAPH_CYCLE: entry(
    'job',
    'A stream of the job leads back into itself.',
    'Remove the loop; what has to go round again belongs into a topic.',
  ),
  HR_GRAPH_EMPTY: entry('job', 'A job has no sink.', 'End at least one stream of the job with sink().'),
  HR_GRAPH_UNPRIMED: entry(
    'job',
    'A step never learnt the schema of its input.',
    'An RxJS operator in front of it swallows the empty batch that goes through the graph first; use operators that pass every batch on.',
  ),
  HR_INTERNAL: entry(
    'internal',
    'An invariant of the engine does not hold.',
    'This is a bug in Headrace: please report it with the message and, if you can, the job.',
  ),
  HR_JOB_FILE: entry(
    'job',
    'The file that was named as a job is missing, cannot be loaded or exports no job.',
    'Give a .ts or .js file that ends in `export default job(...)`; types are stripped, not compiled, so that enums, namespaces and decorators do not work.',
  ),
  HR_JOB_TYPES: entry(
    'job',
    "TypeScript finds a job's types at fault.",
    'Correct what it names. `headrace run` would run the job all the same: types are stripped, not checked.',
  ),
  HR_JOIN_FULL: entry(
    'data',
    'A join would have to hold more rows than its limit allows.',
    'The message names the limit, and the key where it is for one key. Filter out what has no partners, shorten the interval, or raise the limit.',
  ),
  HR_KEYS_FULL: entry(
    'data',
    'A step would have to hold more keys than its limit allows.',
    'Let keys be forgotten after a while, spread them over more partitions, or raise the limit that the message names.',
  ),
  HR_KEY_NULLABLE: entry(
    'job',
    'A key column of a stateful step may be null.',
    'Filter the rows without a key, and derive a column that is never null.',
  ),
  HR_KEY_UNREADABLE: entry(
    'data',
    "A record's key cannot be read as the column that the topic takes from it.",
    "Correct the sender, or the topic's fromKey option and the type of that column.",
  ),
  HR_LAMBDA_THREW: entry(
    'job',
    'A function of the job threw on a row.',
    "Correct the function, or set onError: 'reject' on the job to send such rows to the dead letters and go on.",
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
  HR_LOG_LOCKED: entry(
    'config',
    'Another process is writing to this directory.',
    'Stop the process that the message names, or give this one a directory of its own.',
  ),
  HR_LOG_MISSING: entry(
    'config',
    'A directory or a file that a log needs is not there.',
    'Check the data directory in the configuration; if files were moved or deleted, put them back.',
  ),
  HR_LOG_PUBLISHED: entry(
    'external',
    'Records that readers may have seen were to be dropped from a log.',
    'The state of the job is older than its output, as after restoring a backup: restore both to one point, or reset both.',
  ),
  HR_MEMORY_EXHAUSTED: entry(
    'config',
    'The state and the batches of a worker need more memory than it may use.',
    'Raise workerMemoryBytes, spread the partitions over more workers, or keep less: shorter windows, a smaller lateness, fewer keys.',
  ),
  HR_NUMBER_NOT_JSON: entry(
    'job',
    'A NaN or an infinity was to be written as JSON, which has no such numbers.',
    'Keep it from arising (often a division by zero), make the field nullable and give null, or write Avro.',
  ),
  HR_NUMBER_UNSAFE: entry(
    'data',
    'An integer is beyond 2^53, so a long or timestamp column cannot hold it exactly.',
    'Declare the field as `bigint` if such values are meant; otherwise correct the producer.',
  ),
  HR_OFFSET_BEYOND_END: entry(
    'data',
    'A position lies beyond the end of a log.',
    'The log was replaced or shortened since the position was taken: check the data directory, or reset the position.',
  ),
  HR_OFFSET_EXPIRED: entry(
    'data',
    'The records at a position were removed by retention.',
    'Start from the earliest offset that is left and accept the gap; keep records longer, or let the job run more often.',
  ),
  HR_OUTSIDE_JOB: entry(
    'job',
    "source, sink or an operator was used outside of a job's build function.",
    'Call it inside the function given to job().',
  ),
  HR_PARTITIONS_DIFFER: entry(
    'config',
    'Topics that one stage reads together have different numbers of partitions.',
    'Rows of one key have to come in the same partition of both: give the topics the same number of partitions, or use repartition.',
  ),
  HR_RECORD_EMPTY: entry(
    'data',
    'A record without a value came to a source that is not a table, or to a table without fromKey.',
    'Read the topic with table() if null values delete keys, and let fromKey name the column that the record key holds.',
  ),
  HR_RECORD_MISMATCH: entry(
    'data',
    'A record is readable but does not fit the schema: a field is missing or has another type.',
    'The message names the field. Correct the producer, or give the field a default or make it nullable.',
  ),
  HR_RECORD_TOO_LARGE: entry(
    'data',
    'A record is larger than the limit recordBytes.',
    'Send smaller records, or raise recordBytes.',
  ),
  HR_RECORD_UNDECODABLE: entry(
    'data',
    'A record is not in the encoding that its topic is declared to have, or is damaged.',
    'Look at the record in the dead-letter topic, and check the encoding in the configuration against the producer.',
  ),
  HR_REPLAY_MARKS: entry(
    'config',
    'A replay was given marks of a task that reads a repartition.',
    'Replay jobs without repartition, or run the job live over the recorded topics.',
  ),
  HR_SCHEMA_CHANGED: entry(
    'job',
    'A step gets batches of another schema than it began with.',
    'Streams that are merged need the same columns, of the same types, in the same order: use select or derive before.',
  ),
  HR_SCHEMA_INVALID: entry(
    'config',
    'An Avro schema breaks the rules of Avro.',
    'The message names the place; correct the schema, or where it is registered.',
  ),
  HR_SCHEMA_MISMATCH: entry(
    'data',
    'What the writer of a record wrote cannot be read as the schema of the job wants it.',
    'Change the type that the message names, or give the field a default or make it nullable.',
  ),
  HR_SCHEMA_UNKNOWN: entry(
    'data',
    'A record names a schema that nobody knows.',
    'Register the schema under this id, or look for the producer that writes to the wrong topic.',
  ),
  HR_SCHEMA_UNSUPPORTED: entry(
    'job',
    'A schema has a type that columns or Avro cannot hold.',
    'The message names the place; choose another type, or leave the field out.',
  ),
  HR_SINK_MISMATCH: entry(
    'job',
    "A stream lacks a column of the sink's schema, or has it with another type.",
    'Add or convert the column with derive, or correct the schema of the topic.',
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
  HR_STATE_INCOMPATIBLE: entry(
    'job',
    'The state of a step was stored with another type than the job now asks for.',
    'Change the step back, give it a new id, or drop its state with --reset-step.',
  ),
  HR_STATE_IO: entry(
    'external',
    'A file of the state directory cannot be read or written.',
    'The message names the file and the reason of the operating system: check permissions, the mount and the disk.',
  ),
  HR_STATE_LOCKED: entry(
    'config',
    'Another process has the state directory open.',
    'Stop the other process, or give this one a directory of its own.',
  ),
  HR_STATE_TOO_LARGE: entry(
    'job',
    'The state of one task is larger than one snapshot may be.',
    'Spread the keys over more partitions, or keep fewer of them: shorter windows, a time to live.',
  ),
  HR_STATE_VERSION: entry(
    'config',
    'Stored state was written in a format that this version of Headrace does not know.',
    'Run the version that wrote it, or a newer one.',
  ),
  HR_STEP_DUPLICATE: entry(
    'job',
    'Two parts of a job have the same id.',
    'Give each source, stateful step and sink an id of its own: it names its state and metrics.',
  ),
  HR_STEP_UNKNOWN: entry(
    'job',
    'A side stream is asked of a step or source that the job does not have.',
    'Correct the id given to late() or rejected(); the message lists those there are.',
  ),
  HR_TIMESTAMP_RANGE: entry(
    'data',
    'A record was to be written with a timestamp that is no whole millisecond less than 2^52 away from 1970.',
    'Correct the expression or the column that gives the timestamp.',
  ),
  HR_TIME_FUTURE: entry(
    'data',
    "A row's event time lies further ahead of all before it than the topic's maxFuture.",
    "Correct the sender's clock or unit (seconds, milliseconds), or raise maxFuture of the topic.",
  ),
  HR_TIME_INVALID: entry(
    'data',
    "A row's event time is missing, negative, not a number or beyond the year 275760.",
    "Correct the sender, or the topic's time option: it has to give milliseconds since 1970.",
  ),
  HR_TOPIC_EXISTS: entry(
    'config',
    'A topic of this name exists.',
    'Use it as it is, or choose another name.',
  ),
  HR_TOPIC_NAME: entry(
    'config',
    'A topic name is not one that Kafka would take.',
    'Use 1 to 249 letters, digits, dots, underscores and hyphens; the names . and .. are taken.',
  ),
  HR_TOPIC_UNKNOWN: entry(
    'config',
    'There is no topic of this name.',
    'Correct the name, or create the topic; `headrace log ls` lists those that are there.',
  ),
  HR_USAGE: entry(
    'config',
    'The command line is not understood.',
    '`headrace --help` lists the commands, `headrace <command> --help` the options of one.',
  ),
  HR_VALUE_UNENCODABLE: entry(
    'job',
    'A value does not fit the type of its column, so it cannot be written.',
    'Correct the expression that computes the column, or give it a wider type.',
  ),
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof errorCatalog
