import { serverLimits } from './limits/server.ts'

/**
 * Every bound of the engine, with its default. Reaching one slows the source or fails with a coded
 * error; nothing grows without end. A deployment may change those that `headrace.config.ts` names.
 */
export const limits = {
  /** Rows in one batch that flows through the graph. */
  batchRows: 8192,
  /** Milliseconds between two commits, unless the deployment says otherwise. */
  commitEveryMs: 200,
  /** The run loop lets other work of the process in after so many milliseconds. */
  yieldEveryMs: 10,
  /** How long the run loop rests at most before it looks again. */
  restMs: 1000,
  /** Bytes of results of one partition that are gathered before they are written. */
  produceBytes: 1 << 18,
  /** Milliseconds between two points that a running job writes of itself, unless the deployment says otherwise. */
  metricsEveryMs: 5000,
  /** Milliseconds that a job which ends waits at most until the last of these points are stored. */
  metricsLastMs: 5000,
  /** Connections to the port that Prometheus reads; more are refused. */
  metricsConnections: 64,
  /** Late rows are counted by window for so many windows of a step, the newest ones. */
  lateWindows: 1000,
  /** Panes that a sliding window is cut into at most: of a length that divides its size and its step. */
  windowPanes: 4096,
  /** Keys of which a step with windows by number of rows holds unfinished ones. */
  countWindowKeys: 10_000_000,
  /** Bins of a quantile sketch, for values of either sign; smaller magnitudes than they reach share the last one. */
  quantileBins: 8192,
  /** Values that `collect`, or candidates that `topK`, keeps at most for a key and window. */
  aggregateValues: 100_000,
  /** Boundaries of a histogram. */
  histogramBoundaries: 1000,
  /** Rows that a reference for drift is made of. */
  referenceRows: 1_000_000,
  /** Categories of a column that a reference tells apart; further ones count together. */
  referenceCategories: 1000,
  /** Bins of a field, or categories, that a reference which a job is given may have. */
  referenceBins: 1000,
  /** Stretches of event time that a drift step has open. */
  driftStretches: 1000,
  /** A row further than this ahead of the event time reached is rejected, unless its topic says otherwise: a day. */
  maxFutureMs: 86_400_000,
  /** So many records in a row beyond that bound, and time is taken to have moved on. */
  futureConfirmations: 16,
  /** Partitions of a topic that Headrace creates, at most. */
  partitions: 1024,
  /** Bytes read from a partition at a time. */
  fetchBytes: 1 << 20,
  /** Bytes of records in one answer of a Kafka broker, of all partitions together. */
  fetchAnswerBytes: 16 << 20,
  /** Answers of a Kafka broker that wait for a partition to be processed, before it is not asked for any more. */
  fetchedChunks: 2,
  /** Bytes of answers that a thread holds, before only partitions are asked for of which nothing waits. */
  fetchedBytes: 128 << 20,
  /** A Kafka broker waits at most so many milliseconds for new records before it answers. */
  fetchWaitMs: 250,
  /** Where a broker has said nothing of a partition for so long, it is not known whether records are there. */
  kafkaAnswerFreshMs: 3000,
  /** Rows that wait in a task for a table to reach their event time. */
  waitingRows: 1_000_000,
  /** Rows of both sides that a join of two streams holds for one key, waiting for partners. */
  joinRowsPerKey: 100_000,
  /** Rows of both sides that a join of two streams holds in one task. */
  joinRows: 10_000_000,
  /** Rows that flatMap makes of one row; making more is an error of that row. */
  flatMapRows: 10_000,
  /** Timers of one key in a process step. */
  timersPerKey: 1000,
  /** Bytes of one record; a larger one is rejected. */
  recordBytes: 16 << 20,
  /** Milliseconds within which a Kafka broker has to accept a connection and greet. */
  kafkaConnectMs: 10_000,
  /** Milliseconds for which a job that starts tries to reach one of the Kafka brokers it was given. */
  kafkaBootstrapMs: 10_000,
  /** Milliseconds that a Kafka broker has for an answer, beyond what a request lets it wait. */
  kafkaRequestMs: 30_000,
  /** Milliseconds for which what may pass at a Kafka broker is tried again, before it is an error. */
  kafkaRetryMs: 60_000,
  /** Milliseconds between two of these attempts, at most. */
  kafkaRetryPauseMs: 1000,
  /** Milliseconds that a new topic may need until every Kafka broker knows it. */
  kafkaTopicMs: 1000,
  /** Rounds of the SCRAM hash that a Kafka broker may ask for. */
  kafkaScramRounds: 1_000_000,
  /** Milliseconds after which a process that is not heard of has left its group, unless the deployment says otherwise. */
  groupSessionMs: 45_000,
  /** Milliseconds that a process takes at most to tell its group that it leaves. */
  groupLeaveMs: 3000,
  /** Milliseconds between two rebalances that a process asks for when it asks again and again. */
  groupRejoinPauseMs: 10_000,
  /** Tasks that the processes of a group can tell each other of at a time. */
  groupTasks: 100_000,
  /** Bytes of record batches that wait in a task for Kafka's brokers to have them; with more the task waits. */
  kafkaUnsentBytes: 8 << 20,
  /** The same for all tasks of a thread together, each of which has an equal part. */
  kafkaThreadUnsentBytes: 64 << 20,
  /** Bytes of record batches in one request to a Kafka broker. */
  kafkaProduceBytes: 16 << 20,
  /** Milliseconds that the replicas of a partition in Kafka have to take a record batch, before it is sent again. */
  kafkaReplicasMs: 10_000,
  /** Milliseconds that a transaction may be open before Kafka aborts it, unless the deployment says otherwise. */
  kafkaTransactionMs: 60_000,
  /** Milliseconds between two looks whether Kafka has settled the transaction before, at most. */
  kafkaTransactionPauseMs: 20,
  /** Milliseconds that a task which ends takes at most to tell Kafka so. */
  kafkaCloseMs: 3000,
  /** Milliseconds between two deletions of records that a stage has read from a repartition in Kafka. */
  kafkaPurgeEveryMs: 10_000,
  /** Bytes of a segment of the topics that Headrace deletes records of. */
  kafkaSegmentBytes: 64 << 20,
  /** Bytes of one answer of a Kafka broker. */
  kafkaResponseBytes: 128 << 20,
  /** Bytes of buffers for answers of Kafka brokers that a thread keeps for the next ones. */
  kafkaPooledBytes: 64 << 20,
  /** Bytes of the memory that one worker reserves for batches and state; only what is used is resident. */
  workerMemoryBytes: 4 * 1024 ** 3,
  /** Tasks that a thread restores at the same time. */
  openingTasks: 4,
  /** Between two looks whether a shared run that is to end with its input has come to the end. */
  quietCheckMs: 20,
  /** How long a task that was taken over may still be assigned to us before that is taken for a mistake. */
  fencedGraceMs: 1000,
  /** A task that is ours and is taken over so often, each time before it has committed anything, ends the run. */
  fencedInARow: 5,
  /** Between two looks whether the topics of a shared run have got more partitions. */
  topicsCheckMs: 30_000,
  /** A worker thread tells how far it is after so many milliseconds. */
  progressEveryMs: 500,
  /** Milliseconds that a worker thread has to come to an end, before it is terminated in the midst of what it does. */
  threadEndMs: 10_000,
  /** Bytes of results that a worker thread holds between two commits; with more it commits early. */
  workerOutputBytes: 32 << 20,
  /** Bytes of one record batch in a log. */
  batchBytes: 64 << 20,
  /** Bytes one record batch may decompress to. */
  decompressedBytes: 256 << 20,
  /** Bytes of one state blob, which holds the whole state of a task in a snapshot. */
  stateBlobBytes: 2 ** 31 - 8,
  /** Bytes of the buffer that a task keeps for writing its state from one commit to the next. */
  stateBufferKeptBytes: 8 << 20,
  /** Bytes of deltas behind a snapshot before another snapshot is worth it, however small the state. */
  stateDeltaBytes: 4 << 20,
  /** Bytes of a checkpoint that one record of a state topic holds: less than what brokers take by default. */
  stateChunkBytes: 900_000,
  /** Checkpoints of different writers that are put together from a state topic at the same time. */
  stateWriters: 4,
  /** Times that a state topic is read anew as records at its beginning are deleted meanwhile, before that is an error. */
  stateReads: 5,
  /** Times that what a job has committed is looked at, to see all of it as of one moment. */
  checkpointReads: 50,
  /** Milliseconds between two of these looks. */
  checkpointPauseMs: 20,
  /** Bytes of a replay's results that are copied to other topics before they are committed there. */
  copiedBytes: 16 << 20,
  /** Bytes of older checkpoints in a state topic before deleting them is worth it. */
  stateTrimBytes: 1 << 20,
  /** Marks in one record of a marks topic. */
  marksPerRecord: 1000,
  /** How deep arrays and objects of a JSON record may be nested, the record itself included. */
  jsonDepth: 1000,
  /** Levels of nesting in an Avro schema that comes from outside. */
  schemaDepth: 64,
  /** Types and fields in an Avro schema that comes from outside, with each name spelled out where it is used. */
  schemaNodes: 10_000,
  /** Schemas of a schema registry that are kept in memory, and as many programs that decode by them. */
  writerSchemas: 1000,
  /** Schemas that one in a registry refers to, together with those that they refer to. */
  schemaReferences: 100,
  /** Milliseconds that a schema registry has for an answer. */
  registryRequestMs: 5000,
  /** Milliseconds for which a schema registry is asked again, at all its addresses, before it is an error. */
  registryRetryMs: 30_000,
  /** Milliseconds between two of these attempts, at most. */
  registryPauseMs: 2000,
  /** Milliseconds for which a number is rejected, without asking again, that the registry does not know. */
  registryUnknownMs: 60_000,
  /** Bytes of one answer of a schema registry. */
  registryAnswerBytes: 4 << 20,
  /** Rows that a writer of the embedded store gathers before it writes them in a transaction. */
  storeTransactionRows: 32_768,
  /** Milliseconds that a writer of the embedded store waits for the others, before that is an error. */
  storeBusyMs: 30_000,
  /** Bytes of pages that a connection to the embedded store keeps in memory. */
  storeCacheBytes: 64 << 20,
  /** Statements that a connection to the embedded store keeps prepared. */
  storeStatements: 500,
  /** Entities that a step of deleting expired values from the embedded store looks at, or points that it deletes. */
  storePurgeRows: 1000,
  /** Milliseconds between two of these steps of one writer, at least. */
  storePurgeEveryMs: 500,
  /** Milliseconds for which an expired value is kept, to be told from a missing one: not longer than its ttl. */
  storeExpiredMs: 86_400_000,
  /** Sets of tags of which a writer of a series in the embedded store knows the numbers without asking. */
  storeTagSets: 100_000,
  /** Entities of a feature view that a store is asked for at a time. */
  lookupEntities: 4096,
  /** Milliseconds for which a reader of features goes by what it knows of a view, such as which version is promoted. */
  viewKnownMs: 5000,
  /** Milliseconds for which a store that is away or gives no answer is asked again, before it is an error. */
  storeRetryMs: 300_000,
  /** Milliseconds for which a job that starts tries to reach its stores. */
  storeOpenMs: 10_000,
  /** Milliseconds between two of these attempts, at most, unless the store asks for more. */
  storePauseMs: 2000,
  /** Milliseconds that a store has for an answer. */
  storeRequestMs: 30_000,
  /** Points of a series that one query gives, the latest ones, unless it asks for fewer. */
  seriesPoints: 100_000,
  /** Connections of a thread to InfluxDB, and so requests under way at a time. */
  influxConnections: 4,
  /** Points in one request to InfluxDB. */
  influxPoints: 10_000,
  /** Bytes of points in one request to InfluxDB, before they are compressed; a longer point goes alone. */
  influxBytes: 1 << 20,
  /** Requests of a sink that wait behind one another in front of InfluxDB; with more the task waits. */
  influxWaiting: 2,
  /** Bytes that are read of an answer of InfluxDB to what was written. */
  influxAnswerBytes: 1 << 20,
  /** Values in one call of the script that writes to Redis, and so for how long others wait for it. */
  redisCallValues: 512,
  /** Bytes that a sink has under way to Redis; with more the task waits. */
  redisUnsentBytes: 8 << 20,
  /** Keys that Redis looks at in one step when all of a view are counted or deleted. */
  redisScanKeys: 1000,
  /** Milliseconds between two looks which version of a model is to serve. */
  modelPollMs: 1000,
  /** Milliseconds between two attempts to score the same rows, at most. */
  modelPauseMs: 1000,
  /** Bytes of the file of a model. */
  modelBytes: 1 << 30,
  /** Bytes of a model.json or serving.json. */
  modelCardBytes: 4 << 20,
  /** Rows that a model is given at a time, whatever suits it best. */
  modelRunRows: 4096,
  /** Milliseconds in which it is measured, when a model is loaded, how many rows at a time cost least. */
  modelMeasureMs: 30,
  /** Records that a task reads in one round of a replay, at most. */
  replayRoundRecords: 1 << 16,
  /** Records of one input that a task with several reads in a replay, before it looks which of them is furthest behind. */
  replayStretchRecords: 8192,
  /** Combinations of values of a job's parameters that a sweep runs. */
  sweepCombinations: 1000,
  /** Rows of one side that `diff` compares at a time, and so about how many it holds of each side. */
  diffPartitionRows: 1 << 16,
  /** Parts that it makes of more rows than that, at most. */
  diffPartitions: 1024,
  /** Bytes of such a part of one side, which grows where many rows have keys alike; a larger one is an error. */
  diffPartitionBytes: 1 << 30,
  /** Rows behind one row, step by step, that `why` keeps to follow them further; the rest is counted. */
  whyRows: 50_000,
  /** Rows that fit what is asked for, the last of which `why` lists. */
  whyMatches: 20,
  /** Bytes of rows of one side that `diff` keeps in memory before it lays them down in the temporary directory. */
  diffBufferBytes: 64 << 20,
  /** Keys of which `diff` counts the differences; with more it forgets those that differ least. */
  diffKeys: 100_000,
  /** Buckets of event time in which `diff` counts. */
  diffBuckets: 2000,
  /** Rows of each kind that `diff` lists. */
  diffListed: 1000,
  /** Labels that alarms are judged by. */
  diffLabels: 1_000_000,
  /** Interactions that recommendations are judged by. */
  diffInteractions: 5_000_000,
  /** Columns of the labels that a training set is made for. */
  exportColumns: 1000,
  /** Values that are written to a training set together: a row group of Parquet, a record batch of Arrow. */
  exportGroupValues: 1 << 20,
  /** Bytes that the stages of a job whose views are exported hand on, before what reads them has to keep up. */
  exportStageBytes: 16 << 20,
  /** Windows of a step that an audit counts before it writes them, at a commit or sooner, and windows in a record of it. */
  auditWindows: 2000,
  /** Milliseconds of event time by which an audit counts the rows of a step that has no windows of one length. */
  auditStretchMs: 60_000,
  /** Windows that an audit is asked for one by one. */
  auditListed: 1_000_000,
  /** Windows whose rows do not add up, of which an audit keeps the starts. */
  auditComplaints: 100,
  /** Records of a slice that is a golden test, and rows of each output of it. */
  goldenRows: 1_000_000,
  ...serverLimits,
} as const

/** Changes limits for this process: before anything is opened, from a checked configuration. */
export function setLimits(changes: Partial<Readonly<Record<keyof typeof limits, number>>>): void {
  Object.assign(limits, changes)
}
