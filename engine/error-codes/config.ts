import { entry } from './entry.ts'

/** Codes that whoever deploys a job can mend. Keep it sorted. */
export const configCodes = {
  HR_CHECKPOINT_MISSING: entry(
    'config',
    'A job has not stored anything where a replay of it was to begin.',
    'Name the place that the job works on, or a directory that `headrace checkpoint save` has made.',
  ),
  HR_CONFIG_INVALID: entry(
    'config',
    'A configuration value is missing, unknown or out of range.',
    'The message names the key and the allowed values; correct headrace.config.ts, the flag or the environment variable.',
  ),
  HR_DIFF_KEY: entry(
    'config',
    'Too many rows of an output that is compared have the same key, so that they do not fit into memory.',
    'Name all columns that tell its rows apart: `headrace diff --key user,windowStart`.',
  ),
  HR_EXPORT_COLUMNS: entry(
    'config',
    'Two columns of a training set would have the same name.',
    'Name the columns of features with their view, by `--full-names`, or rename the column of the labels.',
  ),
  HR_GOLDEN_FILE: entry(
    'config',
    'A golden test lacks its slice or what is expected of it, or these cannot be used.',
    'The message says what is wrong: record the slice with `headrace record`, write what is expected with `headrace golden update`.',
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
  HR_MEMORY_EXHAUSTED: entry(
    'config',
    'The state and the batches of a worker need more memory than it may use.',
    'Raise workerMemoryBytes, spread the partitions over more workers, or keep less: shorter windows, a smaller lateness, fewer keys.',
  ),
  HR_METRICS_PORT: entry(
    'config',
    'The metrics of a job cannot be served at the address that the deployment names.',
    "The message holds the system's reason: choose another `metrics.port`, or 0 for any that is free; `metrics.host` has to be an address of this machine.",
  ),
  HR_PARAMETER_INVALID: entry(
    'config',
    'A parameter of a job is set to what it cannot be.',
    'The message says what is allowed: correct `--set`, `parameters` in headrace.config.ts, or the call of withParameters().',
  ),
  HR_PARAMETER_UNKNOWN: entry(
    'config',
    'A parameter is set that the job does not have.',
    'The message lists those that it has: correct the name in `--set`, in `parameters` of headrace.config.ts, or in the call of withParameters().',
  ),
  HR_PARTITIONS_DIFFER: entry(
    'config',
    'Topics that one stage reads together have different numbers of partitions.',
    'Rows of one key have to come in the same partition of both: give the topics the same number of partitions, or use repartition.',
  ),
  HR_REFERENCE_INVALID: entry(
    'config',
    'A reference for drift is damaged, is of another format, or does not fit the columns that it is compared to.',
    'The message says what is wrong. Capture it anew with `headrace reference capture`.',
  ),
  HR_REPLAY_MARKS: entry(
    'config',
    'A replay was given marks of a task that reads a repartition.',
    'Replay jobs without repartition, or run the job live over the recorded topics.',
  ),
  HR_REPLAY_RANGE: entry(
    'config',
    'A replay was given a stretch of history that it cannot be run over, or would write where history is.',
    'The message says what is wrong: name a stretch that is there, and an empty or earlier place for the results.',
  ),
  HR_REPLAY_TARGET: entry(
    'config',
    'A replay was to write where something else is, perhaps the live results.',
    'Name a prefix or bucket that nothing else is in. --overwrite-live writes there all the same.',
  ),
  HR_SCHEMA_INVALID: entry(
    'config',
    'An Avro schema breaks the rules of Avro.',
    'The message names the place; correct the schema, or where it is registered.',
  ),
  HR_STATE_LOCKED: entry(
    'config',
    'Another process has the state directory open.',
    'Stop the other process, or give this one a directory of its own.',
  ),
  HR_STATE_VERSION: entry(
    'config',
    'Stored state was written in a format that this version of Headrace does not know.',
    'Run the version that wrote it, or a newer one.',
  ),
  HR_SWEEP_SIZE: entry(
    'config',
    'A sweep was given more combinations of values than one runs.',
    'Give fewer values, or sweep one parameter after the other.',
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
    'Correct the name (`headrace topics` lists those that are there), or create the topic: `headrace log append <topic> --partitions N` does, and `headrace run` for what its job reads.',
  ),
  HR_USAGE: entry(
    'config',
    'The command line is not understood.',
    '`headrace --help` lists the commands, `headrace <command> --help` the options of one.',
  ),
} as const
