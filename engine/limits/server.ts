/** Bounds of the servers of features and models. */
export const serverLimits = {
  /** Bytes of a request to one of our servers. */
  serverBodyBytes: 1 << 20,
  /** Entities in one request to the feature server. */
  serverEntities: 1000,
  /** Rows in one request to the model server. */
  serverScoreRows: 1000,
  /** Rows that wait on a server to be scored with one model; requests with further ones are turned away. */
  scoreQueueRows: 100_000,
  /** Models that a server has open at a time. */
  servedModels: 100,
  /** Requests that a server has under way at a time; further ones are turned away. */
  serverRequests: 20_000,
  /** Connections that a server holds; further ones are closed at once. */
  serverConnections: 30_000,
  /** Callers whose rate a server keeps count of; beyond that it forgets those that were silent for the longest. */
  serverCallers: 100_000,
  /** Milliseconds that a client of a server has to send a whole request. */
  serverReceiveMs: 30_000,
  /** Milliseconds after which a server that has no answer yet says so. */
  serverAnswerMs: 10_000,
  /** Milliseconds that a server keeps a connection without requests: longer than the usual load balancers do. */
  serverIdleMs: 65_000,
  /** Milliseconds that a server which ends goes on to accept requests, so that balancers can turn to others. */
  serverLeaveMs: 2000,
  /** Milliseconds that a server which ends waits for the answers under way. */
  serverDrainMs: 10_000,
  /** Shapes of answers in Arrow, by fields and their types, that a server remembers. */
  serverArrowSchemas: 1000,
  /** Milliseconds for which a server's list of the views is good enough for metrics. */
  serverListingMs: 5000,
} as const
