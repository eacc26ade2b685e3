import type { Flags } from './flags.ts'
import type { Io } from './io.ts'

export interface Option {
  /** What stands for the value in the help, as DIR; without it the option is a switch. */
  readonly value?: string
  readonly multiple?: boolean
  readonly help: string
}

export interface Command {
  /** The words that name it, as in `log cat`. */
  readonly name: string
  readonly summary: string
  /** What it takes beside options, as it is written in the help; square brackets mark what may be left out. */
  readonly operands: readonly string[]
  readonly options: Readonly<Record<string, Option>>
  readonly examples: readonly string[]
  /** A paragraph below the options. */
  readonly notes?: string
  /** Gives the exit code; none is success. */
  run(flags: Flags, io: Io): Promise<number | undefined> | number | undefined
}

/** Options of every command. */
export const commonOptions: Readonly<Record<string, Option>> = {
  verbose: { help: 'print the stack and the causes of an error' },
  help: { help: 'print this' },
}

/** Options of the commands that look into the data directory. */
export const dataOptions: Readonly<Record<string, Option>> = {
  data: { value: 'DIR', help: 'the data directory (HEADRACE_DATA; default .headrace)' },
  config: { value: 'FILE', help: 'the configuration (default headrace.config.ts, if there is one)' },
}

/** Of the commands that run a job. */
export const auditOption: Readonly<Record<string, Option>> = {
  audit: { help: 'count by step and window what becomes of each row, for `headrace audit`' },
}

/** Options of the commands that work on Kafka as well. */
export const placeOptions: Readonly<Record<string, Option>> = {
  brokers: { value: 'LIST', help: 'brokers of Kafka, as host:port,host:port (HEADRACE_BROKERS)' },
  data: { value: 'DIR', help: 'the embedded log in this directory (HEADRACE_DATA; default .headrace)' },
  config: dataOptions.config,
}
