import { entry } from './entry.ts'

/** Codes that the author of a job can mend. Keep it sorted. */
export const jobCodes = {
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
  HR_EXPORT_LOOKUP: entry(
    'job',
    'A training set was asked for of views that depend on a look-up: what it would have found at the time of a label is not known.',
    'Export views before the step that looks up, or give the job what it looks up as a topic, and use tableJoin instead of enrich.',
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
  HR_JOB_FILE: entry(
    'job',
    'The file that was named as a job is missing, cannot be loaded or exports no job.',
    'Give a .ts or .js file that ends in `export default job(...)`; types are stripped, not compiled, so that enums, namespaces and decorators do not work.',
  ),
  HR_JOB_TYPES: entry(
    'job',
    "TypeScript finds a job's types at fault.",
    'Correct what it names. `headrace run --no-check` runs the job all the same: types are stripped, not needed.',
  ),
  HR_KEY_NULLABLE: entry(
    'job',
    'A key column of a stateful step may be null.',
    'Filter the rows without a key, and derive a column that is never null.',
  ),
  HR_LAMBDA_THREW: entry(
    'job',
    'A function of the job threw on a row.',
    "Correct the function, or set onError: 'reject' on the job to send such rows to the dead letters and go on.",
  ),
  HR_NUMBER_NOT_JSON: entry(
    'job',
    'A NaN or an infinity was to be written as JSON, which has no such numbers.',
    'Keep it from arising (often a division by zero), make the field nullable and give null, or write Avro.',
  ),
  HR_OUTSIDE_JOB: entry(
    'job',
    "source, sink, param or an operator was used outside of a job's build function.",
    'Call it inside the function given to job().',
  ),
  HR_PARAMETER_CONFLICT: entry(
    'job',
    'A job asks for a parameter twice, with different fallbacks.',
    'Ask for it once and pass the value on, or give both calls of param() the same fallback.',
  ),
  HR_SCHEMA_CHANGED: entry(
    'job',
    'A step gets batches of another schema than it began with.',
    'Streams that are merged need the same columns, of the same types, in the same order: use select or derive before.',
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
  HR_STATE_INCOMPATIBLE: entry(
    'job',
    'The stored state does not fit the job as it is now: the state of a step has another type, or the keys of a stage lie in other partitions.',
    'The message says which. Change a step back, give it a new id, or drop its state with --reset-step; where partitions differ, begin anew with `headrace reset`.',
  ),
  HR_STATE_TOO_LARGE: entry(
    'job',
    'The state of one task is larger than one snapshot may be.',
    'Spread the keys over more partitions, or keep fewer of them: shorter windows, a time to live.',
  ),
  HR_STEP_DUPLICATE: entry(
    'job',
    'Two parts of a job have the same id.',
    'Give each source, stateful step and sink an id of its own: it names its state and metrics.',
  ),
  HR_STEP_FAILED: entry(
    'job',
    'A step failed outside of a lambda of one row.',
    'The cause says what went wrong; where a service that the step asks is away, start the job again once it is back.',
  ),
  HR_STEP_UNKNOWN: entry(
    'job',
    'A side stream, or a reset, is asked of a step or source that the job does not have.',
    'Correct the id given to late(), rejected() or --reset-step; the message lists those there are.',
  ),
  HR_VALUE_UNENCODABLE: entry(
    'job',
    'A value does not fit the type of its column, so it cannot be written.',
    'Correct the expression that computes the column, or give it a wider type.',
  ),
} as const
