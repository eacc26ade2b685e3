import type { Writable } from 'node:stream'
import type { TokenEntry } from './tokens.ts'

export interface ServerOptions {
  readonly host: string
  /** 0: any that is free. */
  readonly port: number
  /** Without any, the server listens on a loopback address alone, and everybody there may read and score. */
  readonly tokens: readonly TokenEntry[]
  /** Of one token from one address, on average and at once. */
  readonly requestsPerSecond: number
  readonly logLevel: LogLevel
  /** Where log lines go, as JSON. */
  readonly log: Writable
  readonly version: string
}

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]
