import { entry } from './entry.ts'

/** Codes of what happens between us and Kafka's brokers. Keep it sorted. */
export const kafkaCodes = {
  HR_GROUP_TAKEN: entry(
    'config',
    "Something that is not Headrace consumes with the job's name as its group id.",
    'Find it with kafka-consumer-groups --describe --members and give it another group id, or the job another name.',
  ),
  HR_INSTANCE_TAKEN: entry(
    'config',
    'Another process has joined the group of the job with the groupInstanceId of this one.',
    'Give every process of a job a groupInstanceId of its own, as the name of its pod, or none at all.',
  ),
  HR_JOB_ACTIVE: entry(
    'config',
    'Processes are at work on the job, so that what is kept of it cannot be changed.',
    'Stop the processes that the message names, and wait until the group has let go of them: at once if they were stopped, after the session time-out if they were killed.',
    true,
  ),
  HR_KAFKA_AUTH: entry(
    'config',
    'The broker does not accept who we say we are, or what we may do there; or we do not trust its certificate.',
    "The message has the reason. Check the mechanism, the name and the secret (saslPassword and its siblings), the rights of that user on the topic, group or transactional id that is named, and for TLS the authority that signed the broker's certificate, and our own certificate where the broker asks for one.",
  ),
  HR_KAFKA_PROTOCOL: entry(
    'external',
    'An answer of the broker cannot be read, or it does not speak the protocol versions that we need.',
    'Check that the address is that of a Kafka broker of version 2.8 or later, not of a proxy, an HTTP server or a TLS port that is spoken to in the clear.',
  ),
  HR_KAFKA_REFUSED: entry(
    'external',
    'The broker has refused a request for good.',
    "The message has the request and the broker's reason in Kafka's own words: mend that, and start again. What was committed is intact.",
  ),
  HR_KAFKA_UNREACHABLE: entry(
    'external',
    'No broker could be reached, or none answered, for as long as we were ready to wait.',
    'Check the addresses in `brokers`, the network and the brokers themselves, then start again: the job goes on from its last commit.',
    true,
  ),
  HR_MESSAGE_TOO_LARGE: entry(
    'config',
    'A record batch that was to be written is larger than its topic takes.',
    'Raise max.message.bytes of the topic that the message names (batches are cut at limits.produceBytes, but one record may be larger), or make the records smaller.',
  ),
  HR_POSITION_LOST: entry(
    'data',
    'The broker does not have the records any more, or not yet, at which a task is to go on.',
    'They were deleted by retention, or the topic was made anew. With onLostPosition earliest or latest the job goes on from there and says so; records between are then missing from its results.',
  ),
  HR_TASK_FENCED: entry(
    'external',
    'Another process has taken over a task of this one, so that it can commit no more.',
    'Nothing is lost or written twice: the other goes on from the last commit. It happens when a process was paused for longer than the session time-out; if not, look for a second deployment of the job under the same name, or for transactions that take longer than transactionTimeoutMs, as the state is large or the brokers are slow: then raise that.',
    true,
  ),
  HR_TRANSACTION_ABORTED: entry(
    'external',
    'The broker has given up what a task was writing, so that it cannot be committed.',
    'The task goes on from its last commit by itself; when it happens several times in a row, the job ends with this error. Then look into the logs of the brokers for what became of the transactional id or the producer id.',
    true,
  ),
} as const
