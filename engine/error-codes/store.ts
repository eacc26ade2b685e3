import { entry } from './entry.ts'

/** Codes of what happens between us and the stores of features and series. Keep it sorted. */
export const storeCodes = {
  HR_BUCKET_MISSING: entry(
    'config',
    'The bucket for time series is not in InfluxDB, or the token may not see it.',
    'Make the bucket, correct its name or that of the organization, or give the token the right to write there; `createBucket` makes it where the token may.',
  ),
  HR_FEATURE_COMPUTED: entry(
    'job',
    'A feature that is computed when it is read could not be: its function threw, or gave a value of another type than it says.',
    'The message has the name of the feature and what went wrong: correct its function, or give it a type that may be null.',
  ),
  HR_FEATURE_MISSING: entry(
    'data',
    'The feature view had no usable value for a row, and the step is to reject such rows.',
    "The message names the entity and the field. Wait until the view is filled, widen maxAge, or choose another onMissing: 'null', 'drop' or default values.",
  ),
  HR_FEATURE_REQUEST: entry(
    'data',
    'A read of features lacks a value that one of them is computed of, or gives it with another type.',
    'Give along what the message names, once for all entities or an object for each of them.',
  ),
  HR_HASH_VALUE: entry(
    'data',
    'A hash that a row was to be enriched from has a text that is no value of its field, or its key holds no hash.',
    'The message names the key, the field and the text. Correct what writes it, or the type or the bounds of the field in the job; the row is among the rejected rows of the step.',
  ),
  HR_POINT_REFUSED: entry(
    'data',
    'InfluxDB does not take a point: a field has another type there than in the job, or the point is older than the bucket keeps.',
    'The message has the words of the server. A field keeps its type as long as points with it are there: give the field or the series another name, or write to another bucket. The other points of its request are written.',
  ),
  HR_SERIES_UNKNOWN: entry(
    'config',
    'There is no series of this name, or it has no tag of this name.',
    'Correct the name: `headrace series ls` lists those that are there. A series is there once a job has written to it.',
  ),
  HR_STORE_AUTH: entry(
    'config',
    'A store does not let us in, or not do what the job needs; or it is not the one that it is taken for.',
    'Check the token, or name and password, and what they allow there; with TLS also the certificate authority.',
  ),
  HR_STORE_IO: entry(
    'external',
    'The embedded store cannot read or write its file.',
    "The message holds the system's reason: look to permissions, space, the health of the disk, and to other programs that have the file locked. What was committed is intact.",
  ),
  HR_STORE_MISSING: entry(
    'config',
    'A job writes to or reads from a feature view or a series, and the deployment has no store for it.',
    'Name one in the configuration: redis or influx for a server, or the data directory for the embedded one.',
  ),
  HR_STORE_REFUSED: entry(
    'external',
    'A store refuses a request for good, or answers in a way that is no answer to it.',
    'The message has the answer: check that the address is that of the store, and what stands between us and it; that it is no read-only replica, and has memory left.',
  ),
  HR_STORE_TIMEOUT: entry(
    'external',
    'A store of features did not answer for as long as we were ready to wait.',
    'Look to its load and to the network. A job goes on from its last commit when it is started again; a longer `timeout` helps where the store is only slow.',
    true,
  ),
  HR_STORE_TOO_OLD: entry(
    'config',
    'The Redis that is configured cannot let single fields expire, and a feature view has a ttl.',
    "Take Redis 7.4 or later; or set expiry: 'key', with which an entity goes when its newest value has expired, and older values are not read but stay until then.",
  ),
  HR_STORE_UNREACHABLE: entry(
    'external',
    'A store was away, overloaded or without an answer for longer than limits.storeRetryMs.',
    'Look to the store and to the network. Nothing is lost: the job goes on from its last commit when it is started again.',
    true,
  ),
  HR_VALUE_REFUSED: entry(
    'data',
    'A value is not one that a feature view or series takes: it is no number, or out of the range of its field.',
    'The message names the field, the value and what is allowed. The row is among the rejected rows of the sink; mend its computation, or widen min and max.',
  ),
  HR_VIEW_CHANGED: entry(
    'job',
    'A version of a feature view is stored in another shape than the job gives it.',
    'Raise `version` in the definition of the view: the new version fills beside the old one, and `headrace features promote` puts it in its place. Descriptions, owners and bounds may change within a version.',
  ),
  HR_VIEW_PROMOTED: entry(
    'config',
    'The version of a feature view that is read was to be dropped, and there are others.',
    'Promote another version first, with `headrace features promote`.',
  ),
  HR_VIEW_UNKNOWN: entry(
    'config',
    'There is no feature view, version or field of this name.',
    'Correct the name: `headrace features ls` lists the views that are there, `headrace features show` their fields. A view is there once a job that writes to it has started.',
  ),
} as const
