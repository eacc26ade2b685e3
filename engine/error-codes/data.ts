import { entry } from './entry.ts'

/** Codes that whoever sends the data can mend. Keep it sorted. */
export const dataCodes = {
  HR_ARROW_MISMATCH: entry(
    'data',
    'A column of an Arrow batch does not fit the schema: it is missing, of another type, or has nulls.',
    'The message names the column. Cast it where the batch is made, or declare the field as what arrives.',
  ),
  HR_AUDIT_DAMAGED: entry(
    'data',
    "A record in the topic of a job's audit is no entry of an audit.",
    'Somebody else has written to `<job>.audit`: delete the topic, and run the job with another name, or from the beginning.',
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
  HR_DRIFT_STRETCHES: entry(
    'data',
    'A drift step has more stretches of event time open than one task may.',
    'Make `every` longer, or the lateness or the maxFuture of the topic shorter: rows come from too many stretches at once.',
  ),
  HR_EXPORT_LABELS: entry(
    'data',
    'A label that a training set is made for lacks a column, or has a value that cannot be used.',
    'The message names the line and the column: correct the file, or name other columns by `--time` and `--key`.',
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
  HR_KEY_UNREADABLE: entry(
    'data',
    "A record's key cannot be read as the column that the topic takes from it.",
    "Correct the sender, or the topic's fromKey option and the type of that column.",
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
  HR_TRAINING_DATA: entry(
    'data',
    'There is too little, or nothing of use, to train a model from.',
    'Train from more rows, or ask for less: a larger false-alarm budget, fewer items. The message says how many rows are needed.',
  ),
} as const
